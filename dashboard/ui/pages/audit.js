import { empty, page, say } from "../elements.js";

export const show = () => page({ name: "audit", title: say("page.audit") }, empty("soon"));
