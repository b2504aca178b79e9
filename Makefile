GOLANGCI_LINT_VERSION := v2.15.0
LINT := $(CURDIR)/.bin/golangci-lint-$(GOLANGCI_LINT_VERSION)
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
CHROMIUM := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)

.PHONY: help build run demo test format vet lint unit browser bench pictures

help: ## list what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

build: ## the executable, ./touchbase
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X github.com/pocketbase/pocketbase.Version=$(VERSION)" -o touchbase .

run: ## serve pb_data on http://127.0.0.1:8090
	go run . serve

demo: ## serve the made-up company
	go run . demo

test: format vet lint unit browser ## everything that has to hold; a quarter of an hour on two cores

format: ## every file is formatted
	@test -z "$$(gofmt -l .)" || { echo "not formatted:"; gofmt -l .; exit 1; }

vet: ## go vet
	go vet ./...

lint: $(LINT) ## golangci-lint, with the rule which package may import which
	$(LINT) run ./...

$(LINT):
	GOBIN=$(CURDIR)/.bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)
	mv $(CURDIR)/.bin/golangci-lint $@

# These are long walks on one goroutine, hundreds of thousands of answers, or programs of their own: the race detector would find nothing more
# there, for minutes. A test that is renamed and not renamed here is run under the detector.
ALONE := ./bench ./commands ./demo ./internal/accesstest ./internal/fortnight ./internal/yeartest ./migrations
LONG := TestRetail TestImportIsFast TestOrdersInAnyOrder TestExportIsAStream TestTodayIsTheNaiveReading TestTimelinePages \
	TestSearchFindsWhatMayBeRead TestTodayReadsByIndexes TestTiersMeetsWritesInTheMidst TestQuietNightsLoseNothing TestLightTouch \
	TestEachDeadlineOnce TestNoLightTouchAtFirst TestImportsDrownNobody TestGuessingOldPasswords
empty :=
LONG_PATTERN := ^($(subst $(empty) $(empty),|,$(strip $(LONG))))$$

# SQLite is C translated to Go and guards itself: watched by the race detector it takes half the time of the tests.
RACE := -race -gcflags=modernc.org/...=-race=false

unit: ## Go tests with the race detector
	CGO_ENABLED=1 go test $(RACE) -count=1 -timeout 14m -skip '$(LONG_PATTERN)' $$(go list ./... | grep -v -e '/internal/browser' $(ALONE:./%=-e 'touchbase/%$$'))
	go test -count=1 $(ALONE)
	go test -count=1 -v -run '$(LONG_PATTERN)' ./api ./crm ./hooks ./imports

browser: ## the pages in a real Chromium
ifeq ($(CHROMIUM),)
	@test "$$(id -u)" = 0 || { echo "Chromium is missing; install it (Debian: apt-get install chromium) and try again"; exit 1; }
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk >/dev/null
endif
	go test -count=1 -timeout 14m ./internal/browser/...

bench: ## how fast it is, as ratios
	go test -run '^$$' -bench . -benchtime 1x ./...

pictures: ## the pictures of the README, from the demo company in a real Chromium
	go run ./internal/browser/look pictures -out docs
