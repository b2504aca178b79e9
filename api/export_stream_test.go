package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// An export of many rows holds few of them at a time, and ends with whoever waits for it.
func TestExportIsAStream(t *testing.T) {
	app := testapp.New(t)
	server := app.Serve()
	director := app.User(crm.RoleDirector, nil)
	const many, fewer = 100_000, 30_000 // a sheet of the latter takes longer, and goes to disk as well
	_, err := app.DB().NewQuery(fmt.Sprintf(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
		INSERT INTO tier_changes (id, customer, [[from]], [[to]], reasons, cause, [[by]], at, created, updated)
		SELECT printf('t%%014d', i), 'nobody', iif(i <= %d, 'B', 'C'), 'S', json_array(hex(randomblob(150))), 'pin', '%s', '2026-08-03 02:00:00.000Z',
			'2026-08-03 02:00:00.000Z', '2026-08-03 02:00:00.000Z' FROM n`, many, fewer, director.Id)).Execute()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		format          string
		filter          string
		atLeast, atMost uint64 // bytes of the file and of the heap
	}{
		{"csv", "", 25 << 20, 32 << 20},
		{"xlsx", "from='B'", 5 << 20, 96 << 20}, // excelize keeps 16 MB to itself, in a buffer that doubles
	} {
		most, stop := watchHeap()
		start := time.Now()
		size := download(t, server, director, "tier_changes?sort=-id&format="+row.format+"&filter="+url.QueryEscape(row.filter))
		stop()
		t.Logf("%s: %v, a file of %d MB, at most %d MB of heap more", row.format, time.Since(start), size>>20, *most>>20)
		if size < row.atLeast || *most > row.atMost {
			t.Errorf("%s: a file of %d bytes took %d bytes of heap", row.format, size, *most)
		}
	}
	leaveWhileItIsMade(t, app, server, director)

	response := begin(t, t.Context(), server, director, "tier_changes?filter="+url.QueryEscape("from='B'"))
	defer response.Body.Close()
	if _, err := app.DB().NewQuery("DELETE FROM tier_changes").Execute(); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(response.Body)
	if lines := bytes.Count(rest, []byte("\r\n")); err != nil || lines != fewer+2 || !bytes.Contains(rest, []byte(fmt.Sprintf("%d rows", fewer))) {
		t.Errorf("of the rows there were when it began, deleted meanwhile, %d were exported: %v", lines-2, err)
	}
}

// leaveWhileItIsMade asks for a sheet that takes seconds, and goes away once some of it is on disk.
func leaveWhileItIsMade(t *testing.T, app *testapp.App, server *testapp.Server, as *core.Record) {
	t.Helper()
	until := func(what string, most time.Duration, holds func() bool) {
		t.Helper()
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for range most / (5 * time.Millisecond) {
			if holds() {
				return
			}
			<-tick.C
		}
		t.Errorf("it takes more than %v until %s", most, what)
	}
	temporary := filepath.Join(app.DataDir(), core.LocalTempDirName)
	aside := func() int {
		files, err := os.ReadDir(temporary)
		if err != nil && !os.IsNotExist(err) {
			t.Error(err)
		}
		return len(files)
	}
	ctx, leave := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/api/crm/export/tier_changes?format=xlsx", nil)
		if err == nil {
			var token string
			token, err = as.NewAuthToken()
			request.Header.Set("Authorization", token)
		}
		if err == nil {
			_, err = http.DefaultClient.Do(request)
		}
		ended <- err
	}()
	until("it is put aside", 20*time.Second, func() bool { return aside() > 0 })
	leave()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the request ends with %v", err)
	}
	until("nothing of it is left", 2*time.Second, func() bool { return aside() == 0 && app.ConcurrentDB().(*dbx.DB).DB().Stats().InUse == 0 })
}

// watchHeap samples by how much the heap grows until it is stopped.
func watchHeap() (most *uint64, stop func()) {
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	most = new(uint64)
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for tick := time.NewTicker(20 * time.Millisecond); ; {
			select {
			case <-end:
				tick.Stop()
				return
			case <-tick.C:
				var now runtime.MemStats
				runtime.ReadMemStats(&now)
				*most = max(*most, now.HeapAlloc-min(before.HeapAlloc, now.HeapAlloc))
			}
		}
	}()
	return most, func() { close(end); <-ended }
}

// download reads a file without keeping it.
func download(t *testing.T, server *testapp.Server, as *core.Record, path string) uint64 {
	t.Helper()
	response := begin(t, context.Background(), server, as, path)
	defer response.Body.Close()
	size, err := io.Copy(io.Discard, response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return uint64(size)
}
