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

// All that a pull request needs, in one resource: a branch, a clone of the data and credentials.
const preview = new prisma.Environment("pr-7", {
    projectId: shop.id,
    kind: "preview",
    source: { type: "database", databaseId: orders.id },
});

// What an application is started with: strings, in strict TypeScript, too.
const environment: Record<string, pulumi.Output<string>> = {
    DATABASE_URL: web.databaseUrl, // pooled, secret
    DIRECT_URL: web.directUrl, // for migrations, secret
};

export const database_id = orders.id;
export const database_url = environment.DATABASE_URL;
export const direct_url = environment.DIRECT_URL;
export const status = found.status;
export const preview_url = preview.databaseUrl;
