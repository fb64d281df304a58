"""The routes of staff: the guard of them all comes first."""

from app.http.staff.access import staff_blueprint
from app.http.staff.account_pages import staff_accounts_blueprint
from app.http.staff.carts import staff_carts_blueprint
from app.http.staff.day import staff_day_blueprint
from app.http.staff.edit_log import staff_log_blueprint
from app.http.staff.help import staff_help_blueprint
from app.http.staff.help_api import help_api_blueprint
from app.http.staff.live import staff_live_blueprint
from app.http.staff.mails import staff_mails_blueprint
from app.http.staff.new_product import staff_new_product_blueprint
from app.http.staff.orders import staff_orders_blueprint
from app.http.staff.payment_troubles import staff_payment_troubles_blueprint
from app.http.staff.payments import staff_payments_blueprint
from app.http.staff.products import staff_products_blueprint
from app.http.staff.promotions import staff_promotions_blueprint
from app.http.staff.stock import staff_stock_blueprint
from app.http.staff.vouchers import staff_vouchers_blueprint

STAFF_BLUEPRINTS = (
    staff_blueprint,
    staff_orders_blueprint,
    staff_payments_blueprint,
    staff_payment_troubles_blueprint,
    staff_products_blueprint,
    staff_new_product_blueprint,
    staff_stock_blueprint,
    staff_vouchers_blueprint,
    staff_promotions_blueprint,
    staff_log_blueprint,
    staff_mails_blueprint,
    staff_carts_blueprint,
    staff_day_blueprint,
    staff_help_blueprint,
    help_api_blueprint,
    staff_accounts_blueprint,
    staff_live_blueprint,
)
