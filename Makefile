# The platform in containers. `make` alone lists what there is.
COMPOSE := docker compose
JOB := $(COMPOSE) run --rm --no-TTY

.DEFAULT_GOAL := help
.PHONY: help up up-split up-components env setup migrate migrate-status connector connector-status seed logs down reset teardown

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: ## build and start everything; ends when it is migrated, seeded, connected and searchable
	$(COMPOSE) up --build --detach --wait

up-split: ## the same with search as two containers, api and cdc
	$(COMPOSE) --profile split up --build --detach --wait

up-components: ## start the servers alone, for services that run on this machine; `make env` tells how
	$(COMPOSE) --profile infra up --detach --wait

env: ## print the variables for services on this machine that use the servers of `make up-components`
	@echo 'export POSTGRES_HOST=127.0.0.1 POSTGRES_USER=onsale POSTGRES_PASSWORD=onsale POSTGRES_DBNAME=onsale'
	@echo 'export REDIS_ADDR=127.0.0.1:6379 KAFKA_LISTENERS=127.0.0.1:9092 ELASTICSEARCH_ADDR=http://127.0.0.1:9200'

setup: up-components migrate connector seed ## the servers, migrated, connected and seeded

migrate: ## bring the database to the newest schema
	$(JOB) --build migrate

migrate-status: ## list the migrations; fails if one is not applied
	$(JOB) migrate migrate status

connector: ## create the connector, or bring it up to date
	$(JOB) --build connector

connector-status: ## say how the connector is; fails unless it runs
	$(JOB) connector connector status

seed: ## load the demo events, once
	$(JOB) --build seed

logs: ## follow the logs of the three services
	$(COMPOSE) --profile '*' logs --follow --tail 100 events booking search search-api search-cdc

down: ## stop everything; the data stays
	$(COMPOSE) --profile '*' down --remove-orphans

reset: ## delete the data and start everything afresh
	$(COMPOSE) --profile '*' down --remove-orphans --volumes
	$(MAKE) up

teardown: ## delete containers, data and images
	$(COMPOSE) --profile '*' down --remove-orphans --volumes --rmi local
