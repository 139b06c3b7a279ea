<?php
/**
 * Plugin Name: piiscan reader
 * Description: A role for an account that reads by REST and can do nothing else. Put this file into wp-content/mu-plugins/.
 * License: Apache-2.0
 *
 * WordPress shows drafts, private pages, addresses of comments and of users only to those who may edit them. This role has no such rights by itself
 * ("read" is all); it is lent them for the length of a REST request that reads, and for nothing else: not in the administration pages, not by
 * XML-RPC, not by any request that could change something. Its own password cannot be used to log in; only an application password works.
 */

const PIISCAN_ROLE = 'piiscan_reader';
const PIISCAN_READS = ['GET', 'HEAD', 'OPTIONS'];

add_action('init', function () {
    if (!get_role(PIISCAN_ROLE)) {
        add_role(PIISCAN_ROLE, 'piiscan (read only)', ['read' => true]);
    }
});

function piiscan_is_reader($user): bool
{
    return $user instanceof WP_User && in_array(PIISCAN_ROLE, $user->roles, true);
}

function piiscan_request_reads(): bool
{
    return defined('REST_REQUEST') && REST_REQUEST
        && in_array($_SERVER['REQUEST_METHOD'] ?? '', PIISCAN_READS, true)
        && !isset($_GET['_method']) && !isset($_SERVER['HTTP_X_HTTP_METHOD_OVERRIDE']);
}

add_filter('user_has_cap', function ($has, $needed, $arguments, $user) {
    if (!piiscan_is_reader($user) || !piiscan_request_reads()) {
        return $has;
    }
    foreach (['moderate_comments', 'list_users', 'edit_users', 'edit_theme_options', 'upload_files'] as $capability) {
        $has[$capability] = true;
    }
    foreach (get_post_types(['show_in_rest' => true], 'objects') as $type) {
        foreach (['edit_posts', 'edit_others_posts', 'edit_published_posts', 'edit_private_posts', 'read_private_posts'] as $right) {
            if (isset($type->cap->$right)) {
                $has[$type->cap->$right] = true;
            }
        }
    }
    return $has;
}, 10, 4);

add_filter('rest_pre_dispatch', function ($result, $server, $request) {
    if (piiscan_is_reader(wp_get_current_user()) && !in_array($request->get_method(), PIISCAN_READS, true)) {
        return new WP_Error('piiscan_read_only', 'This account only reads.', ['status' => 403]);
    }
    return $result;
}, 1, 3);

add_filter('wp_authenticate_user', function ($user) {
    return piiscan_is_reader($user) ? new WP_Error('piiscan_read_only', 'This account does not log in.') : $user;
});
