package api

import (
	"slices"
	"sync"
	"time"
)

// pace counts, by person, how often something was asked for within the last hour. A restart forgets.
type pace struct {
	mu    sync.Mutex
	asked map[string][]time.Time
}

// allows tells whether somebody has asked less than most times in the hour before now, and counts them if so.
func (p *pace) allows(who string, most int, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.asked == nil {
		p.asked = map[string][]time.Time{}
	}
	recent := slices.DeleteFunc(p.asked[who], func(at time.Time) bool { return now.Sub(at) >= time.Hour })
	allowed := len(recent) < most
	if allowed {
		recent = append(recent, now)
	}
	p.asked[who] = recent
	return allowed
}
