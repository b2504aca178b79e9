// Command look drives the dashboard in a real Chromium for people: it takes the pictures of the README, and measures how long pages take.
//
//	go run ./internal/browser/look pictures [-out docs]
//	go run ./internal/browser/look loads -dir DIR [-times N] [-only PAGE] [-all] [-as-is]
//
// DIR is a company as touchbase bench fills it; two accounts of it are given a password. Loads prints the request of each page that took longest,
// -all every one of its median load.
package main

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/chromedp/chromedp"

	"touchbase/demo"
	"touchbase/internal/browser"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "look pictures [-out DIR] or look loads -dir DIR")
		os.Exit(2)
	}
	flags := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
	out := flags.String("out", "docs", "where the pictures go")
	dir := flags.String("dir", "", "the data of a company as touchbase bench fills it")
	times := flags.Int("times", 20, "how often each page is opened")
	only := flags.String("only", "", "the one page that is opened, by its name; all where none is given")
	all := flags.Bool("all", false, "print every request of the median load, not the slowest alone")
	asIs := flags.Bool("as-is", false, "do not run the jobs first that bring the company up to now")
	_ = flags.Parse(os.Args[2:])
	t := &terminal{}
	defer t.end()
	defer browser.CleanUp()
	switch os.Args[1] {
	case "pictures":
		pictures(t, *out)
	case "loads":
		loads(t, *dir, measure{*times, *only, *all, *asIs})
	default:
		t.Fatalf("there is no %q", os.Args[1])
	}
}

// pictures takes the pictures of the README from the demo company.
func pictures(t *terminal, out string) {
	program := browser.New(t)
	program.ServeDemo()
	const manager = "lu.jianing@qiheng.example"
	director := program.Session("users", "gu.yuanheng@qiheng.example", demo.Password)
	story := director.List("customers", fmt.Sprintf("name = %q", demo.Stories[0].Name), "")[0]["id"].(string)
	for _, picture := range []struct {
		name, language, person, hash string
		width, height                int
	}{
		{"today", "en", "zhou.yutong@qiheng.example", "#/today", 1366, 860},
		{"today-phone", "zh-CN", "zhou.yutong@qiheng.example", "#/today", 390, 844},
		{"customer", "zh-CN", "gu.yuanheng@qiheng.example", "#/customer/" + story, 1366, 1100},
		{"customers", "en", manager, "#/collections?collection=customers", 1366, 860},
		{"policy", "en", "gu.yuanheng@qiheng.example", "#/policy", 1366, 900},
	} {
		page := program.OpenIn(picture.language, "/_/", picture.width, picture.height)
		page.Evaluate(fmt.Sprintf(`localStorage.setItem("crmLanguage", %q)`, picture.language), nil) // what the demo's people chose is Chinese
		page.SignInAs(picture.person, demo.Password)
		page.Visit(picture.hash)
		page.PictureIn(out, picture.name)
		fmt.Println(out + "/" + picture.name + ".png")
	}
}

// measure says how loads measures.
type measure struct {
	times     int
	only      string
	all, asIs bool
}

// loads prints how long each page takes with nothing kept from before, for the first rep and the first director.
func loads(t *terminal, dir string, m measure) {
	if dir == "" {
		t.Fatal("say which company: -dir DIR")
	}
	const email, password = "look@touchbase.example", "look-password-1"
	program := browser.New(t)
	program.Dir = dir
	program.Run("superuser", "upsert", email, password)
	program.Serve()
	if !m.asIs {
		for _, job := range []string{"tiers", "care", "reminders"} { // what was due while nobody served it would disturb
			program.Run("job", "run", job)
		}
	}
	people := accounts(t, program.Session("_superusers", email, password), password)
	fmt.Printf("%-10s %-10s %10s %10s  %s\n", "PAGE", "ROLE", "MEDIAN", "P95", "SLOWEST REQUEST")
	for _, role := range []string{"rep", "director"} {
		page := program.Open("/_/", 1366, 860)
		page.SignInAs(people[role], password)
		session := program.Session("users", people[role], password)
		customer := session.List("customers", fmt.Sprintf("owner = %q || owner != ''", session.ID), "-created")[0]["id"].(string)
		page.Do(chromedp.WaitVisible(".page-content", chromedp.ByQuery))
		for _, place := range browser.Places {
			if place.For(role) && (m.only == "" || m.only == place.Name) {
				took := page.ColdLoads(place.Of(customer), m.times)
				median, p95 := took[len(took)/2], took[(len(took)*95+99)/100-1]
				fmt.Printf("%-10s %-10s %10s %10s  %s\n", place.Name, role, round(median.Took), round(p95.Took), line(median.Requests[0]))
				if m.all {
					printAll(median.Requests)
				}
			}
		}
	}
}

// accounts gives the address of a rep and of a director, whose password it sets.
func accounts(t *terminal, root *browser.Session, password string) map[string]string {
	people := map[string]string{}
	for _, role := range []string{"rep", "director"} {
		person := root.List("users", fmt.Sprintf("role = %q && active = true", role), "created")
		if len(person) == 0 {
			t.Fatalf("the company has no %s", role)
		}
		address := role + "-look@touchbase.example"
		root.Send(http.MethodPatch, "/api/collections/users/records/"+person[0]["id"].(string), map[string]any{
			"email": address, "password": password, "passwordConfirm": password, "verified": true,
		})
		people[role] = address
	}
	return people
}

// printAll prints requests in the order in which they were sent.
func printAll(requests []browser.Request) {
	slices.SortFunc(requests, func(a, b browser.Request) int { return int(a.Began - b.Began) })
	for _, request := range requests {
		fmt.Printf("    +%-6s %s\n", round(request.Began), line(request))
	}
}

func line(request browser.Request) string {
	return fmt.Sprintf("%6s %.140s", round(request.Took), request.Address)
}

func round(d time.Duration) time.Duration { return d.Round(time.Millisecond) }

// terminal is what a test is to the steps: it says what failed, and cleans up in the end.
type terminal struct {
	cleanups []func()
	failed   bool
}

func (t *terminal) Helper()                           {}
func (t *terminal) Name() string                      { return "look" }
func (t *terminal) Logf(format string, args ...any)   { fmt.Printf(format+"\n", args...) }
func (t *terminal) Error(args ...any)                 { t.failed = true; fmt.Fprintln(os.Stderr, args...) }
func (t *terminal) Errorf(format string, args ...any) { t.Error(fmt.Sprintf(format, args...)) }
func (t *terminal) Cleanup(run func())                { t.cleanups = append(t.cleanups, run) }
func (t *terminal) Fatalf(format string, args ...any) { t.Fatal(fmt.Sprintf(format, args...)) }

func (t *terminal) Fatal(args ...any) {
	t.Error(args...)
	t.end()
}

func (t *terminal) TempDir() string {
	dir, err := os.MkdirTemp("", "touchbase_look_")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// end takes everything away again, the last first, and ends the program as badly as it went.
func (t *terminal) end() {
	for len(t.cleanups) > 0 {
		last := t.cleanups[len(t.cleanups)-1]
		t.cleanups = t.cleanups[:len(t.cleanups)-1]
		last()
	}
	if t.failed {
		browser.CleanUp()
		os.Exit(1)
	}
}
