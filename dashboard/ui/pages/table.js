// What tables of pages share: what went wrong and how to try again, the way to more rows, and small buttons at the end of a row.

import { button, say, t } from "../elements.js";

// problem says what went wrong with a page's data, if something did; more shows further rows, if there are any.
export const problem = (data, again) => data.error ? t.div({ className: "alert danger m-b-sm" },
    t.p(null, data.error), button({ words: "failed.again", className: "sm", run: () => again() })) : null;

export const more = (data, load) => data.more ? t.div({ className: "txt-center m-t-sm" }, button({
    words: "cases.more", className: "secondary crm-more", run: () => {
        data.pages++;
        return load();
    },
})) : null;

// small is an icon that does something, named for those who cannot see it.
export const small = (words, iconName, run) =>
    button({ title: words, ariaLabel: say(words), iconName, className: "sm circle transparent crm-act", run });

// headed is a table with the names of its columns above, and on a phone beside each cell.
export const headed = (columns, heading, rows) => t.div({ className: "page-table-wrapper" },
    t.table({ className: "responsive-table crm-table" },
        t.thead(null, t.tr(null, columns.map((name) => t.th({ className: `crm-col-${name}`, scope: "col" }, heading(name))))),
        t.tbody(null, rows)));

export const cellOf = (heading) => (name, ...content) => t.td({ className: `crm-col-${name}`, "html-data-name": heading(name) }, content);
