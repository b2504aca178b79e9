import { empty, page, say } from "../elements.js";

export const show = () => page({ name: "plans", title: say("page.plans") }, empty("soon"));
