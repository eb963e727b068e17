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
		tenants, err := prisma.NewDatabaseSet(ctx, "tenants", &prisma.DatabaseSetArgs{
			ProjectId: shop.ID(),
			Databases: pulumi.StringMap{
				"acme":   pulumi.String("acme-prod"),
				"globex": pulumi.String("globex-prod"),
			},
			Connections: pulumi.Bool(true),
		})
		if err != nil {
			return err
		}
		ctx.Export("databaseUrls", tenants.DatabaseUrls)
		return nil
	})
}
