package main

import (
	"github.com/prisma/pulumi-prisma/sdk/go/prisma"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		workspace := prisma.GetWorkspaceOutput(ctx, prisma.GetWorkspaceOutputArgs{})
		pipeline, err := prisma.NewServiceToken(ctx, "pipeline", &prisma.ServiceTokenArgs{
			WorkspaceId:     workspace.Id(),
			RotationTrigger: pulumi.Any("2026-11"),
			KeepPrevious:    pulumi.Bool(true),
		})
		if err != nil {
			return err
		}
		ctx.Export("token", pipeline.Value)
		return nil
	})
}
