package commands_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestRestoredBackupIsOnRecord puts a real backup back through PocketBase, which starts the program anew, and finds in the log
// what is gone, which backup it was and who asked for it.
func TestRestoredBackupIsOnRecord(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	touchbase(t, "import", "customers", customersFile(t, 2), "--dir", dir).succeed(t, "rows 2, created 2, updated 0, skipped 0, problems 0\n")
	touchbase(t, "superuser", "upsert", "root@touchbase.example", "a-long-password", "--dir", dir)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	serveAt(t, dir, address)
	await(t, "the server listens", func() bool {
		response, err := http.Get("http://" + address + "/api/health")
		return err == nil && response.Body.Close() == nil
	})
	token := ""
	send := func(path string, body map[string]any, want int) map[string]any {
		t.Helper()
		raw, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		request, err := http.NewRequest(http.MethodPost, "http://"+address+path, bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Authorization", token)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		answer, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != want {
			t.Fatalf("%s: got %d, want %d: %s %v", path, response.StatusCode, want, answer, err)
		}
		var data map[string]any
		_ = json.Unmarshal(answer, &data) // not every answer has a body
		return data
	}
	signedIn := send("/api/collections/_superusers/auth-with-password", map[string]any{"identity": "root@touchbase.example", "password": "a-long-password"}, 200)
	token, _ = signedIn["token"].(string)
	send("/api/backups", map[string]any{"name": "monday.zip"}, 204)
	send("/api/collections/teams/records", map[string]any{"name": "华东"}, 200)
	send("/api/backups/monday.zip/restore", nil, 204)

	// The word of the restored backup is there from when it begins until the log has told of it.
	word := filepath.Join(dir, "audit.restored")
	await(t, "the restoring begins", func() bool { _, err := os.Stat(word); return err == nil })
	await(t, "the log tells of it", func() bool { _, err := os.Stat(word); return os.IsNotExist(err) })
	told := ask(t, dir, "SELECT note FROM audit_log WHERE action = 'restore'")
	record, _ := signedIn["record"].(map[string]any)
	id, _ := record["id"].(string)
	for _, part := range []string{"the log in the database ends at entry", "backup monday.zip was restored by _superusers " + id + " from 127.0.0.1"} {
		if id == "" || !strings.Contains(told, part) {
			t.Errorf("the log says %q, which does not say %q", told, part)
		}
	}
	if got := touchbase(t, "audit", "verify", "--dir", dir); got.code != 0 || !strings.Contains(got.stdout, "are not there, as the log itself tells") {
		t.Errorf("got %+v", got)
	}
}

// await waits until something is so.
func await(t *testing.T, what string, so func() bool) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !so() {
		select {
		case <-deadline:
			t.Fatalf("not within half a minute: %s", what)
		case <-tick.C:
		}
	}
}
