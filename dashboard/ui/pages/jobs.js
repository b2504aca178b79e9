// The jobs: what each does and when, how its last run ended, and running it now.

import { badge, button, card, choice, dialog, empty, field, icon, loading, moment, number, option, page, say, t } from "../elements.js";
import { forDirectors } from "./directors.js";

const { crm } = window;
const icons = {
    tiers: "ri-scales-3-line", reminders: "ri-alarm-line", response: "ri-timer-flash-line", care: "ri-cake-2-line", digest: "ri-mail-send-line",
    duplicates: "ri-file-copy-2-line", reports: "ri-bar-chart-2-line",
};
const pollEvery = 1500; // milliseconds, while a job runs
const historyPage = 10;

export const show = forDirectors("jobs", () => {
    const data = store({ jobs: null, failed: null, open: {} });
    let timer = null;
    let gone = false;

    async function load() {
        clearTimeout(timer);
        try {
            data.jobs = await app.pb.send("/api/crm/jobs", { requestKey: null });
            data.failed = null;
        } catch (err) {
            data.failed = err;
        }
        for (const name of Object.keys(data.open)) {
            await data.open[name]?.load(data.open[name].page);
        }
        if (!gone && data.jobs?.some((job) => job.last?.status == "running")) {
            timer = setTimeout(load, pollEvery);
        }
    }

    let deafen;
    return page({
        name: "jobs", title: say("page.jobs"), actions: [button({ iconName: "ri-refresh-line", words: "jobs.reload", className: "secondary", run: load })],
        onmount: () => {
            deafen = crm.live("job_runs", "", load, { fields: "id" });
            load();
        },
        onunmount: () => {
            gone = true;
            clearTimeout(timer);
            deafen();
        },
    }, () => {
        if (data.failed && !data.jobs) {
            return t.div({ className: "crm-jobs-failed" }, empty("failed.text", "ri-error-warning-line"), button({ words: "failed.again", run: load }));
        }
        if (!data.jobs) {
            return t.div(null, Array.from({ length: 5 }, () => t.section({ className: "crm-card" }, loading(3))));
        }
        return t.div({ className: "crm-jobs-list", rid: "jobs" }, // stands while news come, with what somebody has under the mouse or the keyboard
            t.p({ className: "txt-hint" }, say("jobs.intro", { zone: data.jobs[0]?.timezone })),
            data.jobs.map(({ job }) => jobCard(job, data, load)));
    });
});

function jobCard(name, data, load) {
    const job = () => data.jobs.find(({ job }) => job == name);
    return card({
        className: "crm-job", "html-data-job": name, title: t.span({ className: "inline-flex gap-10" }, icon(icons[name] ?? "ri-timer-line"), option("job_runs", "job", name)),
        actions: [() => statusBadge(job().last), button({
            iconName: "ri-play-line", words: "jobs.run", className: "sm secondary", run: () => runNow(job(), load),
        })],
    },
    t.p({ className: "crm-job-does" }, say("jobs.does." + name)),
    t.dl({ className: "crm-facts" }, () => facts(job())),
    () => job().last?.error
        ? t.p({ className: "crm-job-error txt-danger" }, icon("ri-error-warning-line"), " ", errorWords(job().last)) : null,
    history(name, data));
}

function facts({ schedule, next, last }) {
    const fact = (words, value) => t.div({ className: "crm-fact" }, t.dt(null, say(words)), t.dd(null, value));
    return [
        fact("jobs.schedule", scheduleWords(schedule)),
        fact("jobs.next", moment(next)),
        fact("jobs.last", last ? t.span(null, moment(last.started_at), " · ", option("job_runs", "cause", last.cause)) : say("jobs.never")),
        last ? fact("jobs.result", result(last)) : null,
    ];
}

const kinds = { done: "success", failed: "danger", stopped: "warning", running: "info" };
const statusBadge = (run) => run ? badge(option("job_runs", "status", run.status), kinds[run.status]) : null;
const result = (run) => run.status == "running" ? say("jobs.running")
    : say("jobs.counted", { examined: number(run.examined), changed: number(run.changed), long: duration(run) });

// duration says how long a run took.
function duration(run) {
    const seconds = (new Date(run.finished_at.replace(" ", "T")) - new Date(run.started_at.replace(" ", "T"))) / 1000;
    return seconds < 60 ? say("jobs.seconds", { seconds: number(seconds, 1) })
        : say("jobs.minutes", { minutes: number(Math.floor(seconds / 60)), seconds: number(Math.round(seconds % 60)) });
}

// errorWords says why a run did not end well; the program writes one of three sentences.
function errorWords(run) {
    if (run.status == "stopped") {
        return say("jobs.error.stopped");
    }
    return say(run.error.startsWith("The program ended") ? "jobs.error.interrupted" : "jobs.error.failed");
}

// scheduleWords puts a cron expression of the shapes there are into words.
function scheduleWords(cron) {
    const [minute, hour, day, , weekday] = cron.split(" ");
    const at = `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
    if (minute.startsWith("*/")) {
        return say("jobs.every.minutes", { n: Number(minute.slice(2)) });
    }
    if (hour == "*") {
        return minute == "0" ? say("jobs.every.hour") : say("jobs.every.hourAt", { minute });
    }
    if (weekday != "*") {
        return say("jobs.every.week", { at, day: say("jobs.day." + Number(weekday) % 7) });
    }
    return day == "*" ? say("jobs.every.day", { at }) : say("jobs.every.month", { at, day });
}

// runNow runs a job; where there is something to choose, it asks first.
async function runNow(job, load) {
    const superuser = crm.role() == "superuser";
    if (job.job != "tiers" && !superuser) {
        return start(job, {}, load);
    }
    dialog({
        title: say("jobs.runTitle", { job: option("job_runs", "job", job.job) }), submitWords: "jobs.run", className: "sm crm-run",
        submit: (values) => start(job, values, load),
    },
    t.p({ className: "txt-hint" }, say("jobs.does." + job.job)),
    job.job == "tiers" ? choice({
        name: "all", words: "jobs.scope", value: "", options: [{ value: "", text: say("jobs.scope.due") }, { value: "true", text: say("jobs.scope.all") }],
    }) : null,
    superuser ? t.div({ className: "m-t-15" }, field({ name: "at", words: "jobs.at", type: "datetime-local" }), t.p({ className: "field-help" }, say("jobs.atHelp"))) : null);
}

async function start(job, { all, at }, load) {
    const query = {};
    if (all) {
        query.all = "true";
    }
    if (at) {
        query.at = at.replace("T", " ");
    }
    const running = app.pb.send(`/api/crm/jobs/${job.job}/run`, { method: "POST", query, requestKey: null });
    setTimeout(load, 300); // a long run shows that it runs
    try {
        const run = await running;
        if (run.status == "done") {
            app.toasts.success(say("jobs.ran", { job: option("job_runs", "job", job.job), examined: number(run.examined), changed: number(run.changed) }));
        } else {
            app.toasts.error(errorWords(run));
        }
    } catch (err) {
        if (err.status != 409) {
            throw err;
        }
        app.toasts.info(say("jobs.busy"));
    } finally {
        await load();
    }
}

// history is the earlier runs of a job, read when they are asked for and, once open, with every change.
function history(name, data) {
    const open = () => data.open[name];
    async function toggle() {
        if (open()) {
            data.open = { ...data.open, [name]: null };
            return;
        }
        const list = store({ runs: null, page: 1, total: 0, failed: false });
        list.load = async (number) => {
            try {
                const found = await app.pb.collection("job_runs").getList(number, historyPage, {
                    filter: app.pb.filter("job = {:job}", { job: name }), sort: "-started_at,-created", requestKey: null,
                });
                Object.assign(list, { runs: found.items, page: found.page, total: found.totalPages, failed: false });
            } catch (err) {
                list.failed = !err.isAbort;
            }
        };
        data.open = { ...data.open, [name]: list };
        await list.load(1);
    }
    return t.div({ className: "crm-job-history" },
        t.button({ type: "button", className: "link-hint txt-sm", ariaExpanded: () => String(!!open()), onclick: toggle },
            t.i({ className: () => open() ? "ri-arrow-up-s-line" : "ri-arrow-down-s-line", ariaHidden: true }), () => say(open() ? "jobs.historyHide" : "jobs.history")),
        () => open() ? runs(open()) : null);
}

function runs(list) {
    const cell = (name, ...content) => t.td({ "html-data-name": crm.label("job_runs", name) }, ...content);
    const heads = ["started_at", "cause", "status", "examined", "changed"];
    return t.div(null, () => {
        if (list.failed) {
            return t.div({ className: "flex gap-10" }, say("failed.text"), button({ words: "failed.again", className: "sm secondary", run: () => list.load(list.page) }));
        }
        if (!list.runs) {
            return loading(4);
        }
        return t.table({ className: "responsive-table crm-table" },
            t.thead(null, t.tr(null, heads.map((name) => t.th({ className: name == "examined" || name == "changed" ? "txt-right" : "" }, crm.label("job_runs", name))), t.th(null, say("jobs.took")))),
            t.tbody(null, list.runs.map((run) => t.tr({ rid: run },
                cell("started_at", moment(run.started_at), run.simulated ? badge(crm.label("job_runs", "simulated"), "m-l-5") : null),
                cell("cause", option("job_runs", "cause", run.cause)),
                cell("status", statusBadge(run), run.error ? t.div({ className: "txt-sm txt-danger" }, errorWords(run)) : null),
                t.td({ className: "txt-right", "html-data-name": crm.label("job_runs", "examined") }, number(run.examined)),
                t.td({ className: "txt-right", "html-data-name": crm.label("job_runs", "changed") }, number(run.changed)),
                t.td({ "html-data-name": say("jobs.took") }, run.finished_at ? duration(run) : say("jobs.running"))))));
    }, () => list.total > 1 ? t.div({ className: "flex gap-10 m-t-10 crm-pages" },
        button({ words: "jobs.newer", className: "sm secondary", hidden: list.page <= 1, run: () => list.load(list.page - 1) }),
        t.span({ className: "txt-hint txt-sm" }, say("jobs.page", { page: number(list.page), pages: number(list.total) })),
        button({ words: "jobs.older", className: "sm secondary", hidden: list.page >= list.total, run: () => list.load(list.page + 1) })) : null);
}
