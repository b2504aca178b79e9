// What the pages of directors and superusers share.

import { empty, page, say } from "../elements.js";

// forDirectors shows a page to those it is for; whoever else typed its address is told so, and nothing is asked of the server.
export const forDirectors = (name, show) => (route) => ["director", "superuser"].includes(window.crm.role())
    ? show(route)
    : page({ name, title: say("page." + name) }, empty("directorsOnly", "ri-lock-line"));

// heard calls back when a record of a collection was written by anybody, as long as the element that is given it is on the page.
export function heard(collection, changed) {
    let stop = null;
    return {
        onmount: async () => {
            try {
                stop = await window.crm.live?.(collection, "", changed);
            } catch (err) {
                console.warn("[touchbase]", err); // the page shows what there was, and what it asks for itself
            }
        },
        onunmount: () => stop?.(),
    };
}
