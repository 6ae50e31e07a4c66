#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct price {
    double value;
} price;

typedef int number;

Topic(prices, price, queue = 0);
Topic(others, price, overflow = wait);
Topic(numbers, number);
Topic(prices, price);
Topic(more, price, size = 3);
