import * as pulumi from "@pulumi/pulumi";
import * as prisma from "pulumi-prisma";

const config = new pulumi.Config();

const shop = new prisma.Project("shop", { region: "eu-central-1" });
const orders = new prisma.Database("orders", {
    projectId: shop.id,
    name: config.get("databaseName") ?? "orders",
    isDefault: true,
});
const web = new prisma.Connection("web", { databaseId: orders.id, name: "web-app" });
const found = prisma.getDatabaseOutput({ id: orders.id });

export const database_id = orders.id;
export const database_url = web.databaseUrl; // pooled, secret: DATABASE_URL
export const direct_url = web.directUrl; // for migrations, secret: DIRECT_URL
export const status = found.status;
