package sqlite

import "container/list"

// keptStatements is how many statements a connection keeps prepared: the program uses some seventy in a request or a job, and each
// takes tens of kilobytes. One longer than longestKept names its rows one by one and does not come again.
const (
	keptStatements = 100
	longestKept    = 8192 // bytes of text
)

// cache are the prepared statements of one connection that nobody is using, by their text. Like the connection it is used by one
// goroutine at a time.
type cache struct {
	byText map[string]*list.Element
	order  list.List // of kept, the one used last in front
}

type kept struct {
	query string
	stmt  innerStmt
}

// take gives the statement of a text and no longer has it; nil where it has none.
func (c *cache) take(query string) innerStmt {
	e := c.byText[query]
	if e == nil {
		return nil
	}
	return c.remove(e)
}

func (c *cache) remove(e *list.Element) innerStmt {
	k := c.order.Remove(e).(kept)
	delete(c.byText, k.query)
	return k.stmt
}

// put keeps a statement that is no longer used, and ends the one used longest ago where there are too many, or this one where there is
// one of its text already.
func (c *cache) put(query string, s innerStmt) error {
	if c.byText[query] != nil || len(query) > longestKept {
		return s.Close()
	}
	if c.byText == nil {
		c.byText = map[string]*list.Element{}
	}
	c.byText[query] = c.order.PushFront(kept{query, s})
	if c.order.Len() > keptStatements {
		return c.remove(c.order.Back()).Close()
	}
	return nil
}

// clear ends all of them.
func (c *cache) clear() (err error) {
	for e := c.order.Front(); e != nil; e = c.order.Front() {
		if closed := c.remove(e).Close(); err == nil {
			err = closed
		}
	}
	return err
}
