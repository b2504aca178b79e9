import { empty, page, say } from "../elements.js";

export const show = () => page({ name: "jobs", title: say("page.jobs") }, empty("soon"));
