// Package browser drives the real program in a real Chromium, as its users do.
package browser

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// T is what the steps need of a test; the command that takes pictures has one of its own.
type T interface {
	Helper()
	Name() string
	TempDir() string
	Cleanup(func())
	Logf(format string, args ...any)
	Error(args ...any)
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// Program is the built executable on a directory of its own.
type Program struct {
	t       T
	path    string
	Dir     string
	Address string
	out     bytes.Buffer // of the server
	stop    func()
}

var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "touchbase_browser_")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "touchbase")
	out, err := exec.Command("go", "build", "-o", path, "touchbase").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("failed to build: %w\n%s", err, out)
	}
	return path, nil
})

// New builds the program and gives it an empty directory.
func New(t T) *Program {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return &Program{t: t, path: path, Dir: filepath.Join(t.TempDir(), "data")}
}

// madeUp is a demo company on a directory, and what the program printed when it was started there for the first time.
type madeUp struct {
	dir, address string
	out          bytes.Buffer
}

// demoData is the demo company; it is made up once for all tests.
var demoData = sync.OnceValues(func() (*madeUp, error) {
	path, err := build()
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(filepath.Dir(path), "demo_data")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	made := &madeUp{dir: dir, address: listener.Addr().String()}
	listener.Close()
	server := exec.Command(path, "demo", "--dir", dir, "--dev=false", "--http", made.address)
	server.Stdout, server.Stderr = &made.out, &made.out
	if err := server.Start(); err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(demoTimeout); ; time.Sleep(100 * time.Millisecond) {
		response, err := http.Get("http://" + made.address + "/api/health")
		if err == nil {
			response.Body.Close()
			break
		}
		if time.Now().After(deadline) {
			server.Process.Kill()
			return nil, fmt.Errorf("the demo does not answer: %w", err)
		}
	}
	if err := server.Process.Signal(os.Interrupt); err != nil {
		return nil, err
	}
	return made, server.Wait()
})

// demoTimeout is how long the demo may take to make its year up, on a busy machine.
const demoTimeout = 3 * time.Minute

// ServeDemo serves a copy of the demo company. It gives what was printed, and under which address, when the company was made up.
func (p *Program) ServeDemo() (out, address string) {
	p.t.Helper()
	made, err := demoData()
	if err != nil {
		p.t.Fatalf("failed to make the demo up: %v", err)
	}
	if err := os.CopyFS(p.Dir, os.DirFS(made.dir)); err != nil {
		p.t.Fatal(err)
	}
	p.Serve("demo")
	return made.out.String(), made.address
}

// Run runs a command to its end and gives what it printed.
func (p *Program) Run(args ...string) string {
	p.t.Helper()
	out, err := p.command(args...).CombinedOutput()
	if err != nil {
		p.t.Fatalf("touchbase %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// Try runs a command that may fail.
func (p *Program) Try(args ...string) (string, error) {
	out, err := p.command(args...).CombinedOutput()
	return string(out), err
}

func (p *Program) command(args ...string) *exec.Cmd {
	return exec.Command(p.path, append(args, "--dir", p.Dir, "--dev=false")...)
}

// Serve starts the server on a free port, and once it was stopped on the same again, and stops it with the test.
func (p *Program) Serve(args ...string) {
	p.t.Helper()
	address := p.Address
	if address == "" {
		address = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		p.t.Fatal(err)
	}
	p.Address = listener.Addr().String()
	listener.Close()
	if len(args) == 0 {
		args = []string{"serve"}
	}
	server := p.command(append(args, "--http", p.Address)...)
	p.out.Reset()
	server.Stdout, server.Stderr = &p.out, &p.out
	if err := server.Start(); err != nil {
		p.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { server.Wait(); close(ended) }()
	p.stop = sync.OnceFunc(func() {
		server.Process.Signal(os.Interrupt)
		<-ended
	})
	p.t.Cleanup(p.stop)
	for deadline := time.Now().Add(90 * time.Second); ; {
		response, err := http.Get("http://" + p.Address + "/api/health")
		if err == nil {
			response.Body.Close()
			return
		}
		select {
		case <-ended:
			p.t.Fatalf("the server ended: %s", p.out.String())
		case <-time.After(50 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("the server does not answer: %v\n%s", err, p.out.String())
		}
	}
}

// Stop stops the server and gives what it printed.
func (p *Program) Stop() string {
	p.stop()
	return p.out.String()
}

// Page is a tab of Chromium. Any error in its console fails the test, but for those it was told to expect.
type Page struct {
	t        T
	ctx      context.Context
	url      string
	expected atomic.Pointer[string]
}

// Expect says that errors with a text in them are what the test is about.
func (p *Page) Expect(text, why string) {
	p.t.Logf("errors with %q are expected: %s", text, why)
	p.expected.Store(&text)
}

// failed is told what a page complains of.
func (p *Page) failed(message string) {
	if expected := p.expected.Load(); expected == nil || *expected == "" || !strings.Contains(message, *expected) {
		p.t.Error(message)
	}
}

// stepTimeout is how long one step in the browser may take on a busy machine.
const stepTimeout = 30 * time.Second

// Open starts Chromium with a new profile, in Chinese, and opens a path of the program.
func (p *Program) Open(path string, width, height int) *Page {
	p.t.Helper()
	return p.OpenIn("zh-CN", path, width, height)
}

// OpenIn opens a path as Open does, in a browser of another language.
func (p *Program) OpenIn(language, path string, width, height int) *Page {
	p.t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(width, height), chromedp.UserDataDir(p.t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("lang", language), chromedp.Flag("accept-lang", language),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	// The browser is newer than the library: what it tells of itself beyond that is no error.
	ctx, cancel := chromedp.NewContext(allocator, chromedp.WithErrorf(func(string, ...any) {}))
	p.t.Cleanup(func() { cancel(); stop() })
	page := &Page{t: p.t, ctx: ctx, url: "http://" + p.Address}
	chromedp.ListenTarget(ctx, func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			page.failed("exception on the page: " + e.ExceptionDetails.Error())
		case *runtime.EventConsoleAPICalled:
			if e.Type == runtime.APITypeError {
				message := "error in the console:"
				for _, arg := range e.Args {
					message += " " + string(arg.Value) + arg.Description
				}
				page.failed(message)
			}
		case *cdplog.EventEntryAdded:
			if e.Entry.Level == cdplog.LevelError {
				page.failed(fmt.Sprintf("error in the console: %s %s", e.Entry.Text, e.Entry.URL))
			}
		}
	})
	page.Do(cdplog.Enable(), chromedp.EmulateViewport(int64(width), int64(height)), chromedp.Navigate(page.url+path))
	return page
}

// Do takes steps in the browser; the first that fails ends the test, with a picture of what was to be seen.
func (p *Page) Do(steps ...chromedp.Action) {
	p.t.Helper()
	for i, step := range steps {
		ctx, cancel := context.WithTimeout(p.ctx, stepTimeout)
		if i == 0 && chromedp.FromContext(p.ctx).Target == nil {
			ctx, cancel = p.ctx, func() {} // the first step starts the browser, which lives as long as its context
		}
		err := chromedp.Run(ctx, step)
		for err != nil && strings.Contains(err.Error(), "Could not find node") { // it was redrawn between being found and being used
			err = chromedp.Run(ctx, step)
		}
		cancel()
		if err != nil {
			p.Picture("failed-" + p.t.Name())
			p.t.Fatalf("step %d: %v", i+1, err)
		}
	}
}

// Text gives the text of the first element of a selector.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	var text string
	p.Do(chromedp.Text(selector, &text, chromedp.ByQuery))
	return strings.TrimSpace(text)
}

// Evaluate runs a script in the page and puts its result into target.
func (p *Page) Evaluate(script string, target any) {
	p.t.Helper()
	p.Do(chromedp.Evaluate(script, target, func(e *runtime.EvaluateParams) *runtime.EvaluateParams { return e.WithAwaitPromise(true) }))
}

// Picture keeps a screenshot in test-results, named by what it shows.
func (p *Page) Picture(name string) {
	p.t.Helper()
	p.PictureIn(filepath.Join("..", "..", "test-results"), name)
}

// stands awaits what is still moving, but for what always does.
const stands = `Promise.all(document.getAnimations().filter((a) => a.effect.getComputedTiming().endTime < 2000).map((a) => a.finished.catch(() => {}))).then(() => true)`

// PictureIn keeps a screenshot in a folder, of what is there once nothing moves.
func (p *Page) PictureIn(dir, name string) {
	p.t.Helper()
	var png []byte
	ctx, cancel := context.WithTimeout(p.ctx, stepTimeout)
	defer cancel()
	await := func(e *runtime.EvaluateParams) *runtime.EvaluateParams { return e.WithAwaitPromise(true) }
	if err := chromedp.Run(ctx, chromedp.Evaluate(stands, nil, await), chromedp.CaptureScreenshot(&png)); err != nil {
		p.t.Errorf("failed to take a picture of %s: %v", name, err)
		return
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		p.t.Error(err)
		return
	}
	if err := os.WriteFile(filepath.Join(dir, strings.ReplaceAll(name, "/", "-")+".png"), png, 0o644); err != nil {
		p.t.Error(err)
	}
}

// CleanUp removes the built program; to be called when all tests are over.
func CleanUp() {
	if path, err := build(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
}
