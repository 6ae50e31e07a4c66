"""GET /json and POST /orders with FastAPI, as its tutorial would write them."""
from enum import Enum
from typing import List, Optional

from fastapi import FastAPI
from pydantic import BaseModel, Field

app = FastAPI()


class Greeting(BaseModel):
    message: str


class Side(str, Enum):
    buy = "buy"
    sell = "sell"


class NewOrder(BaseModel):
    symbol: str = Field(regex="^[A-Z]+-[A-Z]+$")
    side: Side
    quantity: float = Field(gt=0)
    limit_price: Optional[float] = Field(default=None, gt=0)
    tags: List[str] = Field(default=[], max_items=8)


class Order(NewOrder):
    id: int


@app.get("/json", response_model=Greeting)
async def say_hello():
    return {"message": "Hello, World!"}


@app.post("/orders", response_model=Order, status_code=201)
async def place_order(order: NewOrder):
    return {"id": 1, **order.dict()}
