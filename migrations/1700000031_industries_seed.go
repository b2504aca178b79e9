package migrations

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// industriesCSV holds the sections (A to T) and divisions (01 to 97) of GB/T 4754-2017, the national
// classification of economic activities, with what people commonly call them, separated by |.
//
//go:embed industries.csv
var industriesCSV string

func init() {
	m.Register(seedIndustries, removeIndustries)
}

func seedIndustries(app core.App) error {
	rows, err := industryRows()
	if err != nil {
		return err
	}
	for _, row := range rows {
		err := seed(app, "industries", map[string]any{
			"code": row[0], "name": row[1], "name_en": row[2], "aliases": strings.Split(row[3], "|"),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// removeIndustries takes away the rows of the classification and leaves those added by hand.
func removeIndustries(app core.App) error {
	rows, err := industryRows()
	if err != nil {
		return err
	}
	codes := make([]any, len(rows))
	for i, row := range rows {
		codes[i] = row[0]
	}
	_, err = app.DB().Delete("industries", dbx.In("code", codes...)).Execute()
	if err != nil {
		return fmt.Errorf("failed to remove the industries: %w", err)
	}
	return nil
}

// industryRows gives code, name, English name and aliases of each industry.
func industryRows() ([][]string, error) {
	rows, err := csv.NewReader(strings.NewReader(industriesCSV)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("failed to read the industries: %w", err)
	}
	return rows[1:], nil // without the heading
}
