package migrations

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// topics are the first tags there are to say what a customer talked about; a company adds its own. Their ids are fixed, so
// that the way back takes these and no others.
var topics = []struct{ id, name string }{
	{"topic0000price1", "价格"}, {"topic000quality", "质量"}, {"topic00delivery", "交付"}, {"topic00service1", "售后"}, {"topic0function1", "功能"},
}

func init() {
	m.Register(func(app core.App) error {
		for _, topic := range topics {
			_, err := app.FindFirstRecordByData("tags", "name", topic.name)
			if err == nil {
				continue // the company has such a tag already
			}
			if !errors.Is(err, sql.ErrNoRows) {
				return fmt.Errorf("failed to look for tag %s: %w", topic.name, err)
			}
			if err := seed(app, "tags", map[string]any{"id": topic.id, "name": topic.name, "group": "demand"}); err != nil {
				return err
			}
		}
		return nil
	}, func(app core.App) error {
		for _, topic := range topics {
			tags, err := app.FindAllRecords("tags", dbx.HashExp{"id": topic.id})
			if err != nil {
				return fmt.Errorf("failed to find tag %s: %w", topic.name, err)
			}
			for _, tag := range tags {
				if err := app.Delete(tag); err != nil {
					return fmt.Errorf("failed to take back tag %s: %w", topic.name, err)
				}
			}
		}
		return nil
	})
}
