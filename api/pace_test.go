package api_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"touchbase/crm"
	"touchbase/internal/testapp"
)

// TestNumbersAreNotGuessed lets nobody try number after number until one is somebody's, but those who may read them all.
func TestNumbersAreNotGuessed(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	settings := app.Settings()
	settings.RateLimits.Enabled = false // which counts by address
	if err := app.Save(settings); err != nil {
		t.Fatal(err)
	}
	rep, other, director := app.User(crm.RoleRep, nil), app.User(crm.RoleRep, nil), app.User(crm.RoleDirector, nil)
	server := app.Serve()
	const path = "/api/crm/duplicates/check"
	for i := range 100 {
		sought := testapp.Fields{"phone": fmt.Sprintf("1380000%04d", i)}
		server.Send(rep, http.MethodPost, path, sought).Want(200)
		server.Send(director, http.MethodPost, path, sought).Want(200)
	}
	one := testapp.Fields{"phone": "13800001234"}
	server.Send(rep, http.MethodPost, path, one).Want(429)
	server.Send(rep, http.MethodPost, path, testapp.Fields{"email": "a@b.example"}).Want(429)
	server.Send(rep, http.MethodPost, path, testapp.Fields{"name": "某某有限公司"}).Want(200)
	server.Send(other, http.MethodPost, path, one).Want(200)
	server.Send(director, http.MethodPost, path, one).Want(200)
	app.Clock.Advance(time.Hour)
	server.Send(rep, http.MethodPost, path, one).Want(200)
}
