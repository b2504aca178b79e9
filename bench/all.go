package bench

import "context"

func (b *bench) all(ctx context.Context) error { return nil }
