package main

import (
	"github.com/prisma/pulumi-prisma/sdk/go/prisma"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		shop, err := prisma.NewProject(ctx, "shop", nil)
		if err != nil {
			return err
		}
		orders, err := prisma.NewDatabase(ctx, "orders", &prisma.DatabaseArgs{ProjectId: shop.ID()})
		if err != nil {
			return err
		}
		schema, err := prisma.NewMigration(ctx, "schema", &prisma.MigrationArgs{
			DirectUrl: orders.DirectUrl,
			Tool:      pulumi.String("prisma"),
		})
		if err != nil {
			return err
		}
		ctx.Export("applied", schema.Applied)
		return nil
	})
}
