import * as prisma from "pulumi-prisma";

export const shop = new prisma.Project("shop", { region: "eu-central-1" });
