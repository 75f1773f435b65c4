"""Drives a sandbox of the second generation with Waldur's own Python client 8.1.3. Any surprise ends it with an error."""

import datetime
import os
import sys
from uuid import UUID

from waldur_api_client.api.marketplace_offering_roles import (
    marketplace_offering_roles_create as create_role,
    marketplace_offering_roles_destroy as destroy_role,
    marketplace_offering_roles_list as list_roles,
)
from waldur_api_client.api.marketplace_provider_resources import (
    marketplace_provider_resources_add_user as add_user,
    marketplace_provider_resources_delete_user as delete_user,
    marketplace_provider_resources_list_users_list as list_users,
    marketplace_provider_resources_update_user as update_user,
)
from waldur_api_client.api.user_permissions import (
    user_permissions_count as count,
    user_permissions_list as list_,
    user_permissions_restore as restore,
    user_permissions_retrieve as retrieve,
    user_permissions_revoke as revoke,
)
from waldur_api_client.client import AuthenticatedClient
from waldur_api_client.errors import UnexpectedStatus
from waldur_api_client.models.content_type_input_enum import ContentTypeInputEnum
from waldur_api_client.models.offering_role_request import OfferingRoleRequest
from waldur_api_client.models.user_role_create_request import UserRoleCreateRequest
from waldur_api_client.models.user_role_delete_request import UserRoleDeleteRequest
from waldur_api_client.models.user_role_permission_action_request import UserRolePermissionActionRequest
from waldur_api_client.models.user_role_update_request import UserRoleUpdateRequest


def main(base_url: str, token: str, links: int) -> None:
    client = AuthenticatedClient(base_url=base_url, token=token)

    everything = list_.sync_all(client=client, scope_type="resource")
    assert len({row.uuid for row in everything}) == links, len(everything)
    assert count.sync(client=client, scope_type="resource") == links
    one = everything[0]
    found = list_.sync_all(client=client, scope_type="resource", scope_uuid=one.scope_uuid)
    assert found == [row for row in everything if row.scope_uuid == one.scope_uuid]
    members = list_users.sync_all(one.scope_uuid, client=client)
    assert {row.uuid for row in members} == {row.uuid for row in found}

    roles = list_roles.sync_all(client=client)
    role = next(role for role in roles if role.uuid == one.role_uuid)
    body = OfferingRoleRequest(name="extra", content_type_input=ContentTypeInputEnum.RESOURCE, offering=role.offering_uuid)
    extra = create_role.sync(client=client, body=body)
    assert extra.name == "extra" and len(list_roles.sync_all(client=client)) == len(roles) + 1

    end = datetime.datetime(2100, 1, 1, tzinfo=datetime.timezone.utc)
    grant = {"role": extra.uuid.hex, "user": one.user_uuid}
    made = add_user.sync(one.scope_uuid, client=client, body=UserRoleCreateRequest(**grant, expiration_time=end))
    assert made.expiration_time == end
    rows = list_.sync_all(client=client, role_uuid=extra.uuid)
    assert [(row.user_uuid, row.expiration_time) for row in rows] == [(one.user_uuid, end)]
    # The same again is refused, which this client makes nothing of.
    assert add_user.sync(one.scope_uuid, client=client, body=UserRoleCreateRequest(**grant, expiration_time=end)) is None
    update_user.sync(one.scope_uuid, client=client, body=UserRoleUpdateRequest(**grant))
    row = retrieve.sync(rows[0].uuid, client=client)
    assert row.expiration_time is None and row.is_active

    revoke.sync_detailed(row.uuid, client=client, body=UserRolePermissionActionRequest(reason="a try"))
    assert retrieve.sync(row.uuid, client=client).is_active is False
    restore.sync_detailed(row.uuid, client=client, body=UserRolePermissionActionRequest())
    assert retrieve.sync(row.uuid, client=client).is_active
    for _ in range(2):
        delete_user.sync_detailed(one.scope_uuid, client=client, body=UserRoleDeleteRequest(**grant))
    assert list_.sync_all(client=client, role_uuid=extra.uuid) == []
    assert status(lambda: update_user.sync(one.scope_uuid, client=client, body=UserRoleUpdateRequest(**grant))) == 500
    destroy_role.sync_detailed(extra.uuid, client=client)
    assert status(lambda: retrieve.sync(UUID(int=1), client=client)) == 404
    stranger = AuthenticatedClient(base_url=base_url, token="wrong")
    assert status(lambda: list_.sync(client=stranger)) == 401
    assert count.sync(client=client, scope_type="resource") == links


def status(call) -> int:
    """The status that the client was not prepared for."""
    try:
        call()
    except UnexpectedStatus as error:
        return error.status_code
    raise AssertionError("it was not refused")


if __name__ == "__main__":
    main(sys.argv[1], os.environ["WALDUR_ACCESS_TOKEN"], int(sys.argv[2]))
