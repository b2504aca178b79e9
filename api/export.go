package api

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/access"
	"touchbase/audit"
	"touchbase/crm"
)

// table is a file being written: rows of the values that columns.row gives.
type table interface {
	row(cells []any) error
	// finish ends the file with a note who made it and what of.
	finish(note string) error
	// Close gives up what the file took beside itself, finished or not.
	io.Closer
}

// format is a kind of file. open begins one, with a directory for what it has to put aside.
type format struct {
	contentType string
	maxRows     int // 0: no limit
	open        func(w io.Writer, dir string, about about) (table, error)
}

// about is what a file says of itself.
type about struct {
	collection, by string
	at             time.Time // in the policy's time zone
	heading        []string
}

var formats = map[string]format{
	"csv":  {contentType: "text/csv; charset=utf-8", open: openCSV},
	"xlsx": {contentType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", maxRows: maxSheetRows - 1, open: openXLSX},
}

// noFile is the answer where the fault is not in what is asked for, or is named beside it.
const noFile = "The file cannot be made."

// export answers a file of all records of a collection, or of those a filter finds, for directors and superusers. It takes format (csv,
// the default, or xlsx), filter and sort as a search does. The rows are those of one moment. What is exported is audited before the first
// byte is sent. It refuses collections directors do not see with 404.
func export(now func() time.Time) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		collection, err := e.App.FindCachedCollectionByNameOrId(e.Request.PathValue("collection"))
		if err != nil || len(access.Exported(collection)) == 0 {
			return e.NotFoundError("There is no such collection to export.", err)
		}
		query := e.Request.URL.Query()
		name := query.Get("format")
		if name == "" {
			name = "csv"
		}
		format, known := formats[name]
		if !known {
			return e.BadRequestError(noFile, validation.Errors{"format": validation.NewError("unknown_format", "The formats are csv and xlsx.")})
		}
		policy, err := crm.LoadPolicy(e.App)
		if err != nil {
			return e.InternalServerError(noFile, err)
		}
		rows, err := openSnapshot(e.Request.Context(), e.App, collection, policy.Zone)
		if err != nil {
			return e.InternalServerError(noFile, err)
		}
		defer rows.close()
		if err := rows.find(e, query); err != nil {
			return err
		}
		if format.maxRows > 0 && len(rows.ids) > format.maxRows {
			return e.BadRequestError(fmt.Sprintf("A sheet holds at most %d rows; these are %d. Take format=csv, or a filter.", maxSheetRows, len(rows.ids)), nil)
		}
		note := describe(name, query, len(rows.ids))
		entry := audit.Entry{Actor: audit.ActorOf(e.Auth, e.RealIP()), Action: audit.ActionExport, Collection: collection.Name, Note: note}
		if err := audit.Append(e.App, entry); err != nil {
			return e.InternalServerError(noFile, err)
		}
		about := about{collection: collection.Name, by: signature(e.Auth), at: now().In(policy.Zone), heading: rows.heading()}
		header := e.Response.Header()
		header.Set("Content-Type", format.contentType)
		header.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s-%s.%s"`, collection.Name, about.at.Format(time.DateOnly), name))
		header.Set("Cache-Control", "no-store")
		if err := rows.write(format, e.Response, about, note); err != nil {
			if !e.Written() {
				header.Del("Content-Type")
				header.Del("Content-Disposition")
				return e.InternalServerError(noFile, err)
			}
			if e.Request.Context().Err() == nil { // else nobody is waiting for it any more
				e.App.Logger().Error("Failed to write an export", "collection", collection.Name, "error", err)
			}
			panic(http.ErrAbortHandler) // what was sent is not to pass for the whole file
		}
		return nil
	}
}

// describe says what is in a file.
func describe(format string, query url.Values, rows int) string {
	parts := []string{format}
	for _, name := range []string{"filter", "sort"} {
		if value := query.Get(name); value != "" {
			parts = append(parts, name+" "+value)
		}
	}
	return strings.Join(append(parts, fmt.Sprintf("%d rows", rows)), ", ")
}

// signature names who exports.
func signature(auth *core.Record) string {
	name := auth.GetString(crm.FieldName)
	if name == "" {
		name = auth.Email()
	}
	return name + " " + auth.Id
}

// text is what a file says of itself.
func (a about) text(note string) string {
	return fmt.Sprintf("exported by %s at %s · %s · %s", a.by, a.at.Format("2006-01-02 15:04 -07:00"), a.collection, note)
}

// write writes the file.
func (s *snapshot) write(format format, w io.Writer, about about, note string) error {
	dir := filepath.Join(s.app.DataDir(), core.LocalTempDirName) // emptied at every start
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	file, err := format.open(w, dir, about)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := s.each(file.row); err != nil {
		return err
	}
	return file.finish(about.text(note))
}
