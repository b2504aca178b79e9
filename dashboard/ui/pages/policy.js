import { empty, page, say } from "../elements.js";

export const show = () => page({ name: "policy", title: say("page.policy") }, empty("soon"));
