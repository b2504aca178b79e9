package bench

import (
	"fmt"
	"os"
	"runtime/metrics"
	"strings"
	"sync"
	"time"
)

// memory is the most that was in use while it was watched, in MB.
type memory struct {
	heap     float64 // of Go, with what is not collected yet
	resident float64 // of the process; 0 where the system does not say
}

// watch looks every few milliseconds until it is told to stop.
func (m *memory) watch() (stop func()) {
	done := make(chan struct{})
	var work sync.WaitGroup
	work.Go(func() {
		for {
			m.look()
			select {
			case <-done:
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	})
	return func() {
		close(done)
		work.Wait()
	}
}

func (m *memory) look() {
	const objects = "/memory/classes/heap/objects:bytes"
	sample := []metrics.Sample{{Name: objects}}
	metrics.Read(sample)
	m.heap = max(m.heap, float64(sample[0].Value.Uint64())/(1<<20))
	m.resident = max(m.resident, resident())
}

// resident is the resident memory of this process as Linux tells it.
func resident() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, after, found := strings.Cut(string(status), "VmRSS:")
	var kilobytes float64
	if _, err := fmt.Sscan(after, &kilobytes); !found || err != nil {
		return 0
	}
	return kilobytes / 1024
}
