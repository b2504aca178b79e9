import { empty, page, say } from "../elements.js";

export const show = () => page({ name: "customer", title: say("page.customer") }, empty("soon"));
