import * as prisma from "pulumi-prisma";

const workspace = prisma.getWorkspaceOutput();
const pipeline = new prisma.ServiceToken("pipeline", {
    workspaceId: workspace.id,
    rotationTrigger: "2026-11",
    keepPrevious: true,
});
export const token = pipeline.value;
