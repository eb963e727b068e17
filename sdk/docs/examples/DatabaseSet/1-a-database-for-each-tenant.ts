import * as prisma from "pulumi-prisma";

const shop = new prisma.Project("shop");
const tenants = new prisma.DatabaseSet("tenants", {
    projectId: shop.id,
    databases: { acme: "acme-prod", globex: "globex-prod" },
    connections: true,
});
export const databaseUrls = tenants.databaseUrls;
