// What the pages of directors and superusers share.

import { empty, page, say } from "../elements.js";

// forDirectors shows a page to those it is for; whoever else typed its address is told so, and nothing is asked of the server.
export const forDirectors = (name, show) => (route) => ["director", "superuser"].includes(window.crm.role())
    ? show(route)
    : page({ name, title: say("page." + name) }, empty("directorsOnly", "ri-lock-line"));
