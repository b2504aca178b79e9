// How long until a deadline or since a moment, in words, by the clock of the server: that of the browser may be wrong.

import { say } from "../../elements.js";

const minute = 60 * 1000;

// span tells a stretch of time in its two largest units.
export function span(milliseconds) {
    const minutes = Math.floor(Math.abs(milliseconds) / minute);
    const [d, h, m] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
    return d ? say("cases.days", { d, h }) : h ? say("cases.hours", { h, m }) : m ? say("cases.minutes", { m }) : say("cases.moment");
}

export const msOf = (stored) => Date.parse(stored.replace(" ", "T"));

// clockOf says of a case what its clock shows at a moment, and how much it presses.
export function clockOf(one, now) {
    if (one.resolved_at) {
        return { words: say("cases.resolvedIn", { time: span(msOf(one.resolved_at) - msOf(one.opened_at)) }), kind: "success" };
    }
    if (!one.due) {
        return { words: say("cases.answeredAgo", { time: span(now - msOf(one.responded_at)) }), kind: "" };
    }
    const left = msOf(one.due) - now;
    if (left <= 0) {
        return { words: say("cases.late", { time: span(left) }), kind: "danger" };
    }
    return { words: say("cases.left", { time: span(left) }), kind: left < 4 * 60 * minute ? "warning" : "info" };
}
