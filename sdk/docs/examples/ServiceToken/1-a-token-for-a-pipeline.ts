import * as prisma from "pulumi-prisma";

const shop = new prisma.Project("shop");
const pipeline = new prisma.ServiceToken("pipeline", {
    workspaceId: shop.workspaceId,
    rotationTrigger: "2026-12",
    keepPrevious: true,
});
export const token = pipeline.value; // a secret
