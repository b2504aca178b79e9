import { card, money, number, say, t } from "../../elements.js";

const { crm } = window;
const height = 150;

// spending is what the customer ordered, month by month: sums for those who may know them, else how many orders.
export function spending({ data }) {
    const hover = store({ text: "" });
    return card({
        title: () => say(!data.spending || data.spending.amounts ? "customer.spending" : "customer.orders"), className: "crm-spending",
        actions: [t.span({ className: "txt-hint" }, () => hover.text)],
    }, () => {
        const known = data.spending;
        if (!known) {
            return t.div({ className: "crm-chart" });
        }
        if (!known.months.some((month) => month.orders || month.amount)) {
            const why = known.months.length ? "customer.noOrders" : "customer.ordersRestricted";
            return t.div({ className: "crm-chart crm-no-orders txt-hint" }, t.p(null, say(why)));
        }
        return [chart(known, hover), asTable(known)];
    });
}

const nOrders = (n) => say("customer.nOrders", { n });
const valueOf = (known) => (month) => known.amounts ? month.amount : month.orders;
const told = (known, month) => known.amounts ? `${money(month.amount)} · ${nOrders(month.orders)}` : nOrders(month.orders);
const monthName = (month, options = { year: "numeric", month: "short" }) =>
    new Intl.DateTimeFormat(crm.language, { timeZone: "UTC", ...options }).format(new Date(month + "-01T00:00:00Z"));

// chart draws the months as bars, anew when the colours change, and as wide as there is room; it is gone with the page.
function chart(known, hover) {
    const values = known.months.map(valueOf(known));
    const total = values.reduce((sum, value) => sum + value, 0);
    const resting = say("customer.spendingTotal", { total: known.amounts ? money(total) : nOrders(total) });
    const pointed = (i) => hover.text = i == null ? resting : `${monthName(known.months[i].month)} · ${told(known, known.months[i])}`;
    let plot = null;
    let sized = null;
    let coloured = null;
    function draw(el) {
        plot?.destroy();
        plot = new uPlot(options(known, el, pointed), [values.map((_, i) => i), values], el);
    }
    return t.div({
        className: "crm-chart", ariaHidden: "true",
        onmount: (el) => {
            pointed(null);
            coloured = watch(() => app.store.activeColorScheme, () => requestAnimationFrame(() => plot && draw(el)));
            sized = new ResizeObserver(() => {
                if (plot && plot.width != el.clientWidth) {
                    plot.setSize({ width: el.clientWidth, height });
                } else if (!plot && el.clientWidth) {
                    draw(el);
                }
            });
            sized.observe(el);
        },
        onunmount: () => {
            coloured?.unwatch();
            sized?.disconnect();
            plot?.destroy();
            plot = null;
        },
    });
}

function options(known, el, pointed) {
    const colour = (name) => getComputedStyle(el).getPropertyValue(name).trim();
    const short = new Intl.NumberFormat(crm.language, { notation: "compact" });
    const last = known.months.length - 1;
    const axis = { stroke: colour("--surfaceTxtHintColor"), font: `12px ${getComputedStyle(el).fontFamily}`, ticks: { show: false } };
    const months = {
        ...axis, grid: { show: false }, size: 24,
        // The first of each quarter, on a phone of each half.
        splits: (plot) => known.months.map((_, i) => i).filter((i) => known.months[i].month.slice(5) % (plot.width < 450 ? 6 : 3) == 1),
        values: (_, at) => at.map((i) => known.months[i].month)
            .map((month) => monthName(month, month.endsWith("-01") ? { year: "numeric" } : { month: "short" })),
    };
    const amounts = {
        ...axis, grid: { stroke: colour("--surfaceAlt2Color"), width: 1 }, size: 52,
        incrs: known.amounts ? undefined : [1, 2, 5, 10, 20, 50, 100], values: (_, at) => at.map((n) => short.format(n)),
    };
    return {
        width: el.clientWidth, height, legend: { show: false }, axes: [months, amounts],
        cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
        scales: {
            x: { time: false, range: () => [-0.6, last + 0.6] },
            y: { range: (_, low, high) => [Math.min(0, low), Math.max(high, 1) * 1.08] }, // returns go below
        },
        series: [{}, {
            paths: uPlot.paths.bars({ size: [0.7, 40], radius: 0.15 }), points: { show: false },
            fill: colour("--infoColor"), stroke: colour("--infoColor"), width: 0,
        }],
        hooks: { setCursor: [(plot) => pointed(plot.cursor.idx)] },
    };
}

// asTable says the same to who cannot see the bars. Around it there is an element to be hidden by: Firefox shows the caption of a hidden table.
const asTable = (known) => t.div({ className: "crm-sr" }, t.table(null,
    t.caption(null, say(known.amounts ? "customer.spending" : "customer.orders")),
    t.tbody(null, known.months.map((month) => t.tr(null,
        t.th({ scope: "row" }, monthName(month.month)), t.td(null, known.amounts ? money(month.amount) : ""), t.td(null, number(month.orders)))))));
