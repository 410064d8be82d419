package dashboard

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/base/fault"
	"hubbub/internal/base/postgres"
)

const productColumns = `id, name, description, price, created_at, updated_at`

func collectProducts(rows pgx.Rows, err error) ([]Product, error) {
	if err != nil {
		return nil, fmt.Errorf("read products: %w", err)
	}
	products, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Product, error) {
		var p Product
		err := row.Scan(&p.ID, &p.Name, &p.Description, &p.Price, (*time.Time)(&p.CreatedAt), (*time.Time)(&p.UpdatedAt))
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("read products: %w", err)
	}
	return products, nil
}

// theProduct returns the only product, or 404.
func theProduct(rows pgx.Rows, err error) (Product, error) {
	products, err := collectProducts(rows, err)
	if err == nil && len(products) == 0 {
		err = fault.NotFound()
	}
	if err != nil {
		return Product{}, err
	}
	return products[0], nil
}

// productsBefore returns products that are not deleted, the newest first.
func productsBefore(ctx context.Context, db postgres.Queryer, before int64, limit int) ([]Product, error) {
	return collectProducts(db.Query(ctx, `
		select `+productColumns+`
		  from dashboard.products
		 where id < $1 and deleted_at is null
		 order by id desc
		 limit $2`, before, limit))
}

// productsByName returns products that are not deleted, by name.
func productsByName(ctx context.Context, db postgres.Queryer, limit int) ([]Product, error) {
	return collectProducts(db.Query(ctx, `
		select `+productColumns+`
		  from dashboard.products
		 where deleted_at is null
		 order by lower(name), id
		 limit $1`, limit))
}

// productsToIndex returns the next products with a greater id that are not deleted, and locks
// them until the transaction ends.
func productsToIndex(ctx context.Context, tx postgres.Tx, after int64, limit int) ([]Product, error) {
	return collectProducts(tx.Query(ctx, `
		select `+productColumns+`
		  from dashboard.products
		 where id > $1 and deleted_at is null
		 order by id
		 limit $2
		   for share`, after, limit))
}

// productByID returns a product that is not deleted, or 404. With lock, no other transaction
// can change it until this one ends.
func productByID(ctx context.Context, db postgres.Queryer, id int64, lock bool) (Product, error) {
	sql := `
		select ` + productColumns + `
		  from dashboard.products
		 where id = $1 and deleted_at is null`
	if lock {
		sql += ` for no key update`
	}
	return theProduct(db.Query(ctx, sql, id))
}

func insertProduct(ctx context.Context, tx postgres.Tx, ch ProductChange) (Product, error) {
	return theProduct(tx.Query(ctx, `
		insert into dashboard.products (name, description, price)
		values ($1, coalesce($2, ''), $3)
		returning `+productColumns, ch.Name, ch.Description, ch.Price))
}

func updateProduct(ctx context.Context, tx postgres.Tx, id int64, ch ProductChange) (Product, error) {
	return theProduct(tx.Query(ctx, `
		update dashboard.products
		   set name        = coalesce($2, name),
		       description = coalesce($3, description),
		       price       = coalesce($4, price),
		       updated_at  = now()
		 where id = $1 and deleted_at is null
		returning `+productColumns, id, ch.Name, ch.Description, ch.Price))
}

// markDeleted marks the product as deleted; its orders keep the reference to it.
func markDeleted(ctx context.Context, tx postgres.Tx, id int64) (Product, error) {
	return theProduct(tx.Query(ctx, `
		update dashboard.products
		   set deleted_at = now()
		 where id = $1 and deleted_at is null
		returning `+productColumns, id))
}
