import { empty, page, say } from "../elements.js";

export const show = () => page({ name: "cases", title: say("page.cases") }, empty("soon"));
