// Periods of plans, 2026-Q3, 2026-07 or 2026-W47, and the days they begin and end on.

import { say } from "../../elements.js";

const { crm } = window;
const day = (date) => date.toISOString().slice(0, 10);
export const dateOf = (text) => new Date(text + "T00:00:00Z");
export const plusDays = (text, n) => day(new Date(dateOf(text).getTime() + n * 864e5));

// weekOf names the ISO week of a day: that of its Thursday.
export function weekOf(text) {
    const date = dateOf(text);
    date.setUTCDate(date.getUTCDate() + 3 - (date.getUTCDay() + 6) % 7);
    const first = new Date(Date.UTC(date.getUTCFullYear(), 0, 4));
    const n = 1 + Math.round(((date - first) / 864e5 - 3 + (first.getUTCDay() + 6) % 7) / 7);
    return `${date.getUTCFullYear()}-W${String(n).padStart(2, "0")}`;
}

export const kindOf = (period) => period[5] == "Q" ? "quarter" : period[5] == "W" ? "week" : "month";

// words tells a period in the reader's language.
export function words(period) {
    const year = period.slice(0, 4);
    switch (kindOf(period)) {
        case "quarter":
            return say("plans.period.quarter", { year, n: period[6] });
        case "week":
            return say("plans.period.week", { year, n: Number(period.slice(6)) });
        default:
            return new Intl.DateTimeFormat(crm.language, { timeZone: "UTC", year: "numeric", month: "long" }).format(dateOf(period + "-01"));
    }
}

// around lists the periods of a kind from the one before the present one on.
export function around(kind, today) {
    const [year, month] = [Number(today.slice(0, 4)), Number(today.slice(5, 7)) - 1];
    switch (kind) {
        case "quarter":
            return Array.from({ length: 6 }, (_, i) => {
                const n = Math.floor(month / 3) - 1 + i;
                return `${year + Math.floor(n / 4)}-Q${(n % 4 + 4) % 4 + 1}`;
            });
        case "week":
            return Array.from({ length: 14 }, (_, i) => weekOf(plusDays(today, 7 * (i - 1))));
        default:
            return Array.from({ length: 14 }, (_, i) => day(new Date(Date.UTC(year, month - 1 + i, 1))).slice(0, 7));
    }
}

// startOf gives the moment at which a day begins in the policy's time zone, as records have moments.
export function startOf(text) {
    const midnight = dateOf(text).getTime();
    const shown = new Intl.DateTimeFormat("sv-SE", { timeZone: crm.zone, dateStyle: "short", timeStyle: "medium" }).format(midnight);
    const ahead = Date.parse(shown.replace(" ", "T") + "Z") - midnight;
    return new Date(midnight - ahead).toISOString().replace("T", " ");
}
