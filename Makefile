.DEFAULT_GOAL := help
.PHONY: help run build test story check bench soak templ emoji protocol vendor postgres tools format vet generated listed bundled types containers

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## start Hubbub at http://localhost:8080, with an embedded Postgres
	go run ./cmd/app

build: ## build the program as ./hubbub
	go build -o hubbub ./cmd/app

test: node_modules ## run all tests, those in browsers included
	go test -race -timeout 30m ./...

story: node_modules ## run the tests whose names begin with NAME: make story NAME=TestChatTyping
	@packages=$$(grep -rl --include='*_test.go' 'func $(NAME)' internal web | xargs -r -n1 dirname | sort -u | sed 's|^|./|'); \
		test -n "$$packages" || { echo "no test begins with $(NAME)"; exit 1; }; \
		go test -race -count=1 -v -run '^$(NAME)' $$packages

check: format vet generated listed bundled types containers test ## run what CI runs: format, vet, staticcheck, generated code, types, images, tests

bench: ## run the benchmarks of docs/performance.md
	go test -run '^$$' -bench . -benchtime 2s ./internal/live/hub
	go test -run '^$$' -bench . ./internal/collab/yjs
	go test -run '^$$' -bench Typing -benchtime 20000x ./internal/collab
	go test -run '^$$' -bench OpenDocument -benchtime 200x ./internal/collab
	go test -run '^$$' -bench FanOutSaturated -benchtime 2000x ./internal/live/socket ./internal/app
	go test -run '^$$' -bench FanOutPaced -benchtime 200x ./internal/live/socket ./internal/app
	go test -run '^$$' -bench Requests -benchtime 100000x ./internal/live/socket ./internal/app
	go test -run '^$$' -bench StoredSends -benchtime 30000x ./internal/app
	go test -run '^$$' -bench ConnectStorm -benchtime 5000x ./internal/app
	go test -run '^$$' -bench PresenceStorm -benchtime 2000x ./internal/app
	go test -run '^$$' -bench Dashboard -benchtime 2s -timeout 60m ./internal/dashboard
	go test -run '^$$' -bench Search -benchtime 200x ./internal/search
	go test -run '^$$' -bench Change -benchtime 50x ./internal/search
	go test -run '^$$' -bench IdleMemory -benchtime 5000x ./internal/live/socket ./internal/app

soak: ## run 200 clients for 15 minutes and report memory and goroutines
	go test -run '^$$' -bench Soak -benchtime 900x -timeout 30m -v ./internal/app

templ: tools ## generate the Go code of the *.templ files
	bin/templ generate

emoji: node_modules ## generate the table of all emoji, for reactions
	go run -C tools ./emoji ../node_modules/emoji-test-regex-pattern/dist/emoji-18.0/index-strings.txt \
		../internal/chat/emoji/table.go

protocol: ## generate web/static/protocol.d.ts from the Go types of events and answers
	go test ./internal/app -run ProtocolTypes -update

vendor: node_modules ## bundle the npm packages of the document page
	node_modules/.bin/esbuild web/vendor/document.js --bundle --minify --format=esm --target=es2024 \
		--legal-comments=none --define:process.env.NODE_ENV='"production"' --outfile=web/static/vendor/document.js
	go run -C tools ./brotli ../web/static/vendor/document.js

postgres: ## install PostgreSQL under tools/pg, for machines without it
	npm ci --prefix tools/pg

# bin has the tools of the checks, with the versions of tools/go.mod.
tools: node_modules
	go build -C tools -o ../bin/ tool ./containers

node_modules: package-lock.json
	npm ci
	@touch node_modules

format: tools
	@unformatted=$$(git ls-files --cached --others --exclude-standard '*.go' | grep -v _templ.go | xargs bin/gofumpt -l) \
		&& test -z "$$unformatted" || { echo "not formatted by gofumpt:"; echo "$$unformatted"; exit 1; }

vet: tools
	go vet ./...
	bin/staticcheck ./...
	cd tools && go vet ./... && ../bin/staticcheck ./... && go test ./...

generated: tools
	@before=$$(git ls-files --cached --others '*_templ.go' | xargs cat | cksum); \
		bin/templ generate -log-level error; \
		after=$$(git ls-files --cached --others '*_templ.go' | xargs cat | cksum); \
		test "$$before" = "$$after" || { echo "*_templ.go were out of date: commit the result of make templ"; exit 1; }

listed: emoji
	@git diff --quiet -- internal/chat/emoji || { echo "internal/chat/emoji was out of date: commit the result of make emoji"; exit 1; }

bundled: vendor
	@git diff --quiet -- web/static/vendor || { echo "web/static/vendor was out of date: commit the result of make vendor"; exit 1; }

types: node_modules
	node_modules/.bin/tsc
	node_modules/.bin/tsc -p tsconfig.worker.json

containers: tools
	bin/containers .
