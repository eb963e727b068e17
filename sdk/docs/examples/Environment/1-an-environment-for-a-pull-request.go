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
		production, err := prisma.NewEnvironment(ctx, "production", &prisma.EnvironmentArgs{
			ProjectId: shop.ID(),
			Kind:      pulumi.String("production"),
		})
		if err != nil {
			return err
		}
		preview, err := prisma.NewEnvironment(ctx, "pr-7", &prisma.EnvironmentArgs{
			ProjectId: shop.ID(),
			Kind:      pulumi.String("preview"),
			Source: &prisma.DatabaseSourceArgs{
				Type:       pulumi.String("database"),
				DatabaseId: production.DatabaseId,
			},
		})
		if err != nil {
			return err
		}
		ctx.Export("databaseUrl", preview.DatabaseUrl)
		return nil
	})
}
