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
		orders, err := prisma.NewDatabase(ctx, "orders", &prisma.DatabaseArgs{
			ProjectId: shop.ID(),
			Region:    pulumi.String("eu-central-1"),
			IsDefault: pulumi.Bool(true),
		})
		if err != nil {
			return err
		}
		environment := pulumi.StringMap{
			"DATABASE_URL": orders.DatabaseUrl, // pooled, for applications; a secret
			"DIRECT_URL":   orders.DirectUrl,   // for migrations; a secret
		}
		ctx.Export("environment", environment)
		return nil
	})
}
