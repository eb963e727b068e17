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
		_, err = prisma.NewDatabase(ctx, "from-backup", &prisma.DatabaseArgs{
			ProjectId: shop.ID(),
			Source: &prisma.DatabaseSourceArgs{
				Type:       pulumi.String("backup"),
				DatabaseId: orders.ID(),
				BackupId:   pulumi.String("bkp_1"), // GetBackups lists them
			},
		})
		if err != nil {
			return err
		}
		return nil
	})
}
