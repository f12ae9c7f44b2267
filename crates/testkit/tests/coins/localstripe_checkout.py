"""localstripe with Checkout, which it lacks: sessions, the page where one pays, and what is reported of them.

All else is localstripe's own: keys, forms, payment methods with their test cards, payment intents, events, and the
signatures of webhooks. Says the port that it listens at, and ends with its standard input.
"""
import asyncio
import html
import socket
import sys

from aiohttp import web
from localstripe import resources
from localstripe.errors import UserError
from localstripe.resources import Event, PaymentIntent, PaymentMethod, StripeObject
from localstripe.server import app, get_post_data, json_response
from localstripe.webhooks import schedule_webhook

# Tests run beside each other: nothing is kept in a file that they would share.
resources.Store.dump_to_disk = lambda self: None

asked_before = {}


class CheckoutSession(StripeObject):
    object = 'checkout.session'
    _id_prefix = 'cs_test_'

    def __init__(self, mode=None, client_reference_id=None, success_url=None, cancel_url=None, line_items=None, **more):
        if more:
            raise UserError(400, 'Unexpected ' + ', '.join(more))
        try:
            assert mode == 'payment' and success_url and cancel_url and line_items
            prices = [(int(item['quantity']), item['price_data']) for item in line_items]
            assert all(price['product_data']['name'] for _, price in prices)
            total = sum(count * int(price['unit_amount']) for count, price in prices)
        except (AssertionError, KeyError, TypeError, ValueError):
            raise UserError(400, 'Bad request')
        super().__init__()
        self.mode = mode
        self.client_reference_id = client_reference_id
        self.success_url = success_url
        self.cancel_url = cancel_url
        self.currency = prices[0][1]['currency']
        self.amount_total = total
        self.total_details = {'amount_tax': 0}
        self.customer_details = None
        self.payment_intent = None
        self.payment_status = 'unpaid'
        self.status = 'open'
        self.url = f'http://127.0.0.1:{port}/_config/pay/{self.id}'

    def _pay(self, card):
        if self.status != 'open':
            raise UserError(400, 'This session is over')
        method = PaymentMethod(type='card', card={'number': card, 'exp_month': '12', 'exp_year': '2040', 'cvc': '123'})
        intent = PaymentIntent._api_create(
            amount=self.amount_total, currency=self.currency, payment_method=method.id, confirm=True)
        if intent.status != 'succeeded':
            raise UserError(402, 'The card was declined')
        self.payment_intent = intent.id
        self.payment_status = 'paid'
        self.status = 'complete'
        self.customer_details = {'address': {'country': 'DE'}, 'email': 'payer@example.com', 'name': 'The payer'}
        schedule_webhook(Event('checkout.session.completed', self))


async def create(request):
    key = request.headers.get('Idempotency-Key')
    if key not in asked_before:
        asked_before[key] = CheckoutSession(**(await get_post_data(request)))
    return json_response(asked_before[key]._export())


async def expire(request):
    session = CheckoutSession._api_retrieve(request.match_info['id'])
    session.status = 'expired'
    schedule_webhook(Event('checkout.session.expired', session))
    return json_response(session._export())


async def page(request):
    session = CheckoutSession._api_retrieve(request.match_info['id'])
    return web.Response(content_type='text/html', text=f'''<!doctype html><html lang="en"><title>Pay</title><link rel="icon" href="data:,">
<main><h1>{session.amount_total / 100:.2f} {html.escape(session.currency.upper())}</h1>
<form method="post"><label>Card number <input name="card" value="4242424242424242"></label>
<button>Pay</button></form></main></html>''')


async def pay(request):
    session = CheckoutSession._api_retrieve(request.match_info['id'])
    session._pay((await request.post())['card'])
    raise web.HTTPSeeOther(session.success_url)


app.router.add_post('/v1/checkout/sessions', create)
app.router.add_post('/v1/checkout/sessions/{id}/expire', expire)
app.router.add_get('/_config/pay/{id}', page)
app.router.add_post('/_config/pay/{id}', pay)

listener = socket.create_server(('127.0.0.1', 0))
port = listener.getsockname()[1]


async def main():
    runner = web.AppRunner(app)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    print(port, flush=True)
    # Whoever started this ends it by letting go of its input.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
