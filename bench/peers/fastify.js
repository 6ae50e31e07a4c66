// GET /json and POST /orders with fastify: schemas for what comes in and what goes out.
const fastify = require("fastify")({ keepAliveTimeout: 600000 });

const order = {
  symbol: { type: "string", pattern: "^[A-Z]+-[A-Z]+$" },
  side: { type: "string", enum: ["buy", "sell"] },
  quantity: { type: "number", exclusiveMinimum: 0 },
  limit_price: { type: ["number", "null"], exclusiveMinimum: 0 },
  tags: { type: "array", items: { type: "string" }, maxItems: 8, default: [] },
};
const greeting = { type: "object", properties: { message: { type: "string" } } };

fastify.get("/json", { schema: { response: { 200: greeting } } }, async () => ({
  message: "Hello, World!",
}));
fastify.post(
  "/orders",
  {
    schema: {
      body: { type: "object", required: ["symbol", "side", "quantity"], properties: order },
      response: { 201: { type: "object", properties: { id: { type: "integer" }, ...order } } },
    },
  },
  async (request, reply) => {
    reply.code(201);
    return { id: 1, ...request.body };
  },
);
fastify.listen({ host: "127.0.0.1", port: Number(process.argv[2]) });
