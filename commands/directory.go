package commands

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/security"
)

// The files beside the data that tell commands of a server on the same directory.
const (
	lockName    = "touchbase.lock"
	controlName = "touchbase.control"
)

// errHeld is the refusal of a second server on one directory.
var errHeld = errors.New("another touchbase serves this directory already; stop it first, or choose another directory with --dir")

// control is how a command reaches the server that holds its directory: an address of this machine and a secret that only
// who may read the directory knows.
type control struct {
	Address string `json:"address"`
	Token   string `json:"token"`
}

// hold takes the directory of an app for this process. It gives nil where another process has it.
func hold(app core.App) (*flock.Flock, error) {
	if err := os.MkdirAll(app.DataDir(), 0o700); err != nil {
		return nil, fmt.Errorf("failed to make the data directory: %w", err)
	}
	lock := flock.New(filepath.Join(app.DataDir(), lockName))
	held, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("failed to lock the data directory: %w", err)
	}
	if !held {
		return nil, nil
	}
	// A server that was killed left its address behind; nobody is to be sent there.
	if err := os.Remove(filepath.Join(app.DataDir(), controlName)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, errors.Join(fmt.Errorf("failed to forget the way to a server that is gone: %w", err), lock.Unlock())
	}
	return lock, nil
}

// bindServer makes a server hold its directory and listen for the commands that then have to write through it.
func (c *Commands) bindServer(app core.App) {
	var lock *flock.Flock
	var server *http.Server
	serve := func(e *core.ServeEvent) (err error) {
		defer func() {
			if err != nil {
				c.exitCode = 1 // PocketBase prints why, and would end as if all were well
			}
		}()
		if lock, err = hold(app); err != nil {
			return err
		}
		if lock == nil {
			return errHeld
		}
		if server, err = c.listen(); err != nil {
			return err
		}
		return e.Next()
	}
	// Before everything else a server starts, the jobs above all: a second server must not write a thing.
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "touchbaseDirectory", Priority: -1000, Func: serve})
	keepOut := func(e *core.BackupEvent) error { // they are of this process, and the way to it is a secret
		e.Exclude = append(e.Exclude, lockName, controlName)
		return e.Next()
	}
	app.OnBackupCreate().BindFunc(keepOut)
	app.OnBackupRestore().BindFunc(keepOut)
	app.OnTerminate().BindFunc(func(e *core.TerminateEvent) error {
		c.stop() // imports end between two batches
		for _, work := range []*sync.Mutex{&c.importing, &c.working} {
			work.Lock()
			defer work.Unlock()
		}
		if server != nil {
			c.logError("Failed to stop listening for commands", server.Close())
			c.logError("Failed to take back the address for commands", os.Remove(filepath.Join(app.DataDir(), controlName)))
		}
		err := e.Next()
		if lock != nil {
			c.logError("Failed to give the data directory free", lock.Unlock())
		}
		return err
	})
}

// listen opens the way for commands, on the loopback interface only.
func (c *Commands) listen() (*http.Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("failed to listen for commands: %w", err)
	}
	way := control{Address: listener.Addr().String(), Token: security.RandomString(40)}
	content, err := json.Marshal(way)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(c.app.DataDir(), controlName), content, 0o600); err != nil {
		return nil, fmt.Errorf("failed to tell commands the way: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /import", c.serveImport)
	mux.HandleFunc("POST /job", c.serveJob)
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte(way.Token)) != 1 {
			http.Error(w, "not for you", http.StatusForbidden)
			return
		}
		mux.ServeHTTP(w, r)
	})}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			c.logError("Failed to serve commands", err)
		}
	}()
	return server, nil
}

func (c *Commands) logError(message string, err error) {
	if err != nil {
		c.app.Logger().Error(message, "error", err)
	}
}

// write runs a command that writes: alone if no other process holds the directory, else through the server that does. alone
// finds the schema up to date.
func (c *Commands) write(alone func() error, through func(way control) error) error {
	lock, err := hold(c.app)
	if err != nil {
		return err
	}
	if lock != nil {
		defer func() { c.logError("Failed to give the data directory free", lock.Unlock()) }()
		if err := c.app.RunAllMigrations(); err != nil {
			return fmt.Errorf("failed to bring the schema up to date: %w", err)
		}
		return alone()
	}
	content, err := os.ReadFile(filepath.Join(c.app.DataDir(), controlName))
	if err != nil {
		return fmt.Errorf("another touchbase works on this directory and takes no commands; try again when it is done: %w", err)
	}
	var way control
	if err := json.Unmarshal(content, &way); err != nil {
		return fmt.Errorf("failed to read the way to the server: %w", err)
	}
	return through(way)
}

// reply is one line of what the server answers a command with; the last one has a result or an error.
type reply struct {
	Done, Total int
	Result      json.RawMessage `json:",omitempty"`
	Error       string          `json:",omitempty"`
}

// send sends a command to the server and hands over its replies; it gives the result.
func (way control) send(ctx context.Context, path string, options any, body io.Reader, progress func(done, total int)) (json.RawMessage, error) {
	header, err := json.Marshal(options)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+way.Address+path, body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", way.Token)
	request.Header.Set("Options", string(bytes.ReplaceAll(header, []byte("\n"), nil)))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("failed to reach the server of this directory: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the server of this directory refused the command: %s", response.Status)
	}
	for lines := json.NewDecoder(response.Body); ; {
		var line reply
		if err := lines.Decode(&line); err != nil {
			return nil, fmt.Errorf("the server of this directory ended before the command did: %w", err)
		}
		switch {
		case line.Error != "":
			return line.Result, errors.New(line.Error)
		case line.Result != nil:
			return line.Result, nil
		case progress != nil:
			progress(line.Done, line.Total)
		}
	}
}

// answer writes a result or an error as the last reply.
func answer(w http.ResponseWriter, result any, failure error) {
	var line reply
	if result != nil {
		raw, err := json.Marshal(result)
		failure = errors.Join(failure, err)
		line.Result = raw
	}
	if failure != nil {
		line.Error = failure.Error()
	}
	_ = json.NewEncoder(w).Encode(line) // a command that hung up hears nothing
}
