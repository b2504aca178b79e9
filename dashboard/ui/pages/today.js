import { empty, page, say } from "../elements.js";

export const show = () => page({ name: "today", title: say("page.today") }, empty("soon"));
