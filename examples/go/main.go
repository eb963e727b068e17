// A project, a database and a connection, in Go.
package main

import (
	"github.com/prisma/pulumi-prisma/sdk/go/prisma"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		shop, err := prisma.NewProject(ctx, "shop", &prisma.ProjectArgs{Region: pulumi.String("eu-central-1")})
		if err != nil {
			return err
		}
		name := config.Get(ctx, "databaseName")
		if name == "" {
			name = "orders"
		}
		orders, err := prisma.NewDatabase(ctx, "orders", &prisma.DatabaseArgs{
			ProjectId: shop.ID(),
			Name:      pulumi.String(name),
			IsDefault: pulumi.Bool(true),
		})
		if err != nil {
			return err
		}
		web, err := prisma.NewConnection(ctx, "web", &prisma.ConnectionArgs{
			DatabaseId: orders.ID(),
			Name:       pulumi.String("web-app"),
		})
		if err != nil {
			return err
		}
		found := prisma.LookupDatabaseOutput(ctx, prisma.LookupDatabaseOutputArgs{Id: orders.ID()})
		ctx.Export("database_id", orders.ID())
		ctx.Export("database_url", web.DatabaseUrl) // pooled, secret: DATABASE_URL
		ctx.Export("direct_url", web.DirectUrl)     // for migrations, secret: DIRECT_URL
		ctx.Export("status", found.Status())
		return nil
	})
}
