package hooks_test

import (
	"net/http"
	"testing"

	"touchbase/internal/testapp"
)

// TestRefusedSchema leaves everything as it was after a change of the schema that was refused, also what the program keeps of the
// schema in memory and serves by.
func TestRefusedSchema(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]struct {
		method, path string
		body         any
	}{
		"rules":    {http.MethodPatch, "/api/collections/customers", testapp.Fields{"listRule": "", "viewRule": ""}},
		"creation": {http.MethodPost, "/api/collections", testapp.Fields{"name": "mine", "type": "base", "listRule": ""}},
		"deletion": {http.MethodDelete, "/api/collections/policy", nil},
		"import": {http.MethodPut, "/api/collections/import", testapp.Fields{
			"collections": []testapp.Fields{{"name": "mine", "type": "base", "listRule": ""}},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			app := testapp.New(t)
			customer := app.Customer(nil)
			server := app.Serve()
			server.Send(app.Superuser(), change.method, change.path, change.body).Want(http.StatusBadRequest)
			server.Send(nil, http.MethodGet, "/api/collections/customers/records/"+customer.Id, nil).Want(http.StatusNotFound)
			stored, err := app.FindAllCollections()
			if err != nil {
				t.Fatal(err)
			}
			for _, collection := range stored {
				if cached, err := app.FindCachedCollectionByNameOrId(collection.Id); err != nil || cached.String() != collection.String() {
					t.Errorf("%s is not served as it is stored: %v", collection.Name, err)
				}
			}
			server.Send(nil, http.MethodGet, "/api/collections/mine/records", nil).Want(http.StatusNotFound)
		})
	}
}
