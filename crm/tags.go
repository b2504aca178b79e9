package crm

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/audit"
	"touchbase/rules"
)

// maxTagName is how many characters a tag's name may have.
const maxTagName = 200

// automaticMark is added to the name of an automatic tag where people have one of that name already.
const automaticMark = "（自动）"

// tagNames are the names of tags as far as a name may be long.
func tagNames(tags []rules.Tag) []string {
	names := make([]string, len(tags))
	for i, tag := range tags {
		names[i] = tagName(tag)
	}
	return names
}

func tagName(tag rules.Tag) string {
	room := maxTagName - len([]rune(automaticMark))
	if runes := []rune(tag.Name); len(runes) > room {
		return string(runes[:room])
	}
	return tag.Name
}

// retag puts the automatic tags that the assessment gives in place of those of the one before, among the tags of a customer,
// and gives the column before and after. Tags that nobody had yet are made.
func (s *saving) retag(j *judged) (audit.Change, error) {
	var before, names []string
	var text string
	err := s.app.DB().NewQuery("SELECT tags FROM customers WHERE id = {:id}").Bind(dbx.Params{"id": j.facts.ID}).Row(&text)
	if err != nil {
		return audit.Change{}, err
	}
	if err := json.Unmarshal([]byte(text), &before); err != nil {
		return audit.Change{}, fmt.Errorf("failed to read the tags of a customer: %w", err)
	}
	if was := j.facts.stored.AutomaticTags; was != "" {
		if err := json.Unmarshal([]byte(was), &names); err != nil {
			return audit.Change{}, fmt.Errorf("failed to read the automatic tags of a customer: %w", err)
		}
	}
	after := slices.Clone(before)
	for _, name := range names {
		id, err := automaticTag(s.app, name)
		if err != nil {
			return audit.Change{}, err
		}
		after = slices.DeleteFunc(after, func(tag string) bool { return tag == id })
	}
	for _, tag := range j.result.Tags {
		id, err := s.tag(tagName(tag), tag.Group)
		if err != nil {
			return audit.Change{}, err
		}
		if !slices.Contains(after, id) {
			after = append(after, id)
		}
	}
	return audit.Change{From: jsonList(before), To: jsonList(after)}, nil
}

// tag gives the id of an automatic tag, which is made where there is none.
func (s *saving) tag(name, group string) (string, error) {
	id, err := automaticTag(s.app, name)
	if err != nil || id != "" {
		return id, err
	}
	taken, err := exists(s.app, CollectionTags, dbx.HashExp{FieldName: name})
	if err != nil {
		return "", err
	}
	if taken {
		name += automaticMark
	}
	collection, err := s.app.FindCachedCollectionByNameOrId(CollectionTags)
	if err != nil {
		return "", err
	}
	tag := core.NewRecord(collection)
	tag.Load(map[string]any{FieldName: name, FieldGroup: group, FieldAutomatic: true})
	if err := SaveAsSystem(s.app, tag); err != nil {
		return "", fmt.Errorf("failed to make the tag %q: %w", name, err)
	}
	return tag.Id, nil
}

// automaticTag gives the id of the automatic tag of a name, or none.
func automaticTag(app core.App, name string) (string, error) {
	var ids []string
	err := app.DB().Select(core.FieldNameId).From(CollectionTags).Where(dbx.HashExp{FieldAutomatic: true}).
		AndWhere(dbx.In(FieldName, name, name+automaticMark)).Column(&ids)
	if err != nil || len(ids) == 0 {
		return "", err
	}
	return ids[0], nil
}

// maxTags is how many tags people may give a customer; the rules add theirs.
const maxTags = 100

// checkTags refuses automatic tags that somebody gives a customer or takes from it, and more tags than there may be.
func checkTags(app core.App, record *core.Record, errs validation.Errors) error {
	if !changed(record, FieldTags) {
		return nil
	}
	now, before := record.GetStringSlice(FieldTags), record.Original().GetStringSlice(FieldTags)
	var moved []any
	for _, id := range now {
		if !slices.Contains(before, id) {
			moved = append(moved, id)
		}
	}
	for _, id := range before {
		if !slices.Contains(now, id) {
			moved = append(moved, id)
		}
	}
	var names []string
	err := app.DB().Select(FieldName).From(CollectionTags).Where(dbx.HashExp{FieldAutomatic: true}).
		AndWhere(dbx.In(core.FieldNameId, moved...)).OrderBy(FieldName).Column(&names)
	if err != nil {
		return fmt.Errorf("failed to look at the tags of a customer: %w", err)
	}
	switch {
	case len(names) > 0:
		errs[FieldTags] = fieldError(CodeComputed, "The tag %s is given and taken by the program; leave it as it is.", names[0])
	case len(now) > maxTags && len(now) > len(before):
		errs[FieldTags] = fieldError("too_many", "At most %d tags.", maxTags)
	}
	return nil
}

// CheckTag refuses another name or group for an automatic tag: the rules find it by them.
func CheckTag(record *core.Record) error {
	errs := validation.Errors{}
	if !record.IsNew() && record.Original().GetBool(FieldAutomatic) {
		for _, field := range []string{FieldName, FieldGroup} {
			if changed(record, field) {
				errs[field] = fieldError("fixed", "The name and the group of an automatic tag stay.")
			}
		}
	}
	return errorsOrNil(errs)
}
